/**
 * A small supergraph with real servers on free ports and a real gateway in front: `chat` streams, `people` knows the
 * authors of what is said. Tests say what happens in the subgraphs and see what reached them.
 */
import { createDeferred, type Deferred } from '@fathom/platform/deferred';
import { AppError } from '@fathom/platform/errors';
import type { Identity } from '@fathom/platform/identity';
import { createEventQueue, type EventQueue } from '@fathom/platform/server/async-events';
import type { RequestContext } from '@fathom/platform/server/request-context';
import type { SubgraphServerOptions } from '@fathom/platform/server/subgraph-server';
import { type TestIdentity, testIdentity } from '@fathom/platform/testing/identity';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import { startTcpProxy, type TcpProxy } from '@fathom/platform/testing/tcp-proxy';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { GatewayParts, GatewaySettings } from '../src/run-gateway.ts';
import { type GraphQLAnswer, startTestGateway, type TestGateway } from './test-gateway.ts';

export { composeTestSupergraph, type GraphQLAnswer } from './test-gateway.ts';

export const chatSdl = /* GraphQL */ `
  schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@cost", "@listSize", "@composeDirective"])
    @link(url: "https://specs.fathom.dev/sharedStream/v1.0", import: ["@sharedStream"])
    @composeDirective(name: "@sharedStream")
  {
    query: Query mutation: Mutation subscription: Subscription
  }
  directive @sharedStream(by: sharedStream__Sharing!, begins: sharedStream__Beginning! = FIRST) on FIELD_DEFINITION
  enum sharedStream__Sharing { TENANT NOBODY }
  enum sharedStream__Beginning { FIRST NOW }
  type Query {
    message(topic: String!): Message
    messages(first: Int = 10): [Message!]! @listSize(slicingArguments: ["first"], assumedSize: 10)
    pages(first: Int, last: Int): [Message!]! @listSize(slicingArguments: ["first", "last"])
    whoami: String!
    trace: String!
    failing: Message
    slow: String
    style(input: StyleInput!): String!
  }
  input StyleInput { tone: Tone! = DRY, words: [String!] @cost(weight: 4) }
  enum Tone { DRY WARM }
  type Mutation { say(topic: String!, text: String!): Message! post(count: Int!): Int! @cost(weight: 40) }
  type Subscription {
    said(topic: String!, mood: Mood = CALM): Message!
    heard(topic: String!): Heard
    ask(input: AskInput!, after: String): GenerationEvent!
    generationEvents(id: ID!, after: String): GenerationEvent!
    followed(topic: String!, after: String): Message! @sharedStream(by: TENANT)
    rang(after: String): Message! @sharedStream(by: NOBODY, begins: NOW)
  }
  input AskInput { question: String! idempotencyKey: String }
  type GenerationEvent { cursor: String! text: String! generation: Generation! }
  type Generation @key(fields: "id") { id: ID! }
  enum Mood { CALM LOUD }
  union Heard = Message | Silence
  type Silence { seconds: Int! }
  type Message {
    text: String!
    mood: Mood
    risky: String
    brittle: String!
    author: Person
    cursor: String
    replies: [Message!]
  }
  type Person @key(fields: "id", resolvable: false) { id: ID! }
`;

export const peopleSdl = /* GraphQL */ `
  schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) { query: Query }
  type Query { person(id: ID!): Person }
  type Person @key(fields: "id") { id: ID! name: String! shy: String }
`;

export interface SaidEvent {
  readonly text: string;
  readonly mood?: 'CALM' | 'LOUD';
  readonly author?: string;
  readonly cursor?: string;
}

/** One subscription as the subgraph sees it. */
export interface Topic {
  readonly queue: EventQueue<SaidEvent>;
  readonly identity: Identity;
  readonly args: Readonly<Record<string, unknown>>;
  readonly traceId: string;
  /** Resolves with the reason why the subgraph's signal aborted. */
  readonly left: Deferred<string>;
}

export interface ChatControl {
  /** Subscriptions opened so far, oldest first. */
  readonly topics: Topic[];
  /** The next subscription to be opened. */
  nextTopic(): Promise<Topic>;
  readonly entityBatches: string[][];
}

export interface TestGraph extends TestGateway {
  /** What the services demand of a gateway; for a second one. */
  readonly identity: TestIdentity;
  readonly chat: ChatControl;
  readonly chatServer: TestSubgraph;
  /** The wire to it. */
  readonly chatWire: TcpProxy;
  readonly peopleServer: TestSubgraph;
  client(connectionParams?: Record<string, unknown>): Client;
}

export type TestRoutes = NonNullable<SubgraphServerOptions<object, object>['routes']>;

export async function startTestGraph(
  settings: Partial<GatewaySettings> = {},
  /** What the service `chat` answers beside GraphQL. */
  chatRoutes: TestRoutes = {},
  parts: Partial<GatewayParts> = {},
): Promise<TestGraph> {
  const identity = await testIdentity();
  const chat = createChatControl();
  const chatServer = await startChat(identity, chat, chatRoutes);
  const peopleServer = await startPeople(identity, chat);
  const chatWire = await startTcpProxy(chatServer.port);
  const started = await startTestGateway({
    subgraphs: { chat: chatSdl, people: peopleSdl },
    urls: { chat: `http://127.0.0.1:${chatWire.port}`, people: peopleServer.url },
    identity,
    settings,
    parts,
  });
  const clients: Client[] = [];

  return {
    ...started,
    identity,
    chat,
    chatServer,
    chatWire,
    peopleServer,
    client(connectionParams = { apiKey: started.key }) {
      const client = createClient({
        url: `${started.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams,
        retryAttempts: 0,
      });
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.dispose()));
      await started.close();
      await chatWire.close();
      await Promise.all([chatServer.close(), peopleServer.close()]);
    },
  };
}

function createChatControl(): ChatControl & { add(topic: Topic): void } {
  const topics: Topic[] = [];
  const awaited: Deferred<Topic>[] = [];
  let handed = 0;
  return {
    topics,
    entityBatches: [],
    add(topic) {
      topics.push(topic);
      const waiter = awaited.shift();
      if (!waiter) return;
      handed += 1;
      waiter.resolve(topic);
    },
    async nextTopic() {
      const ready = topics[handed];
      if (ready) {
        handed += 1;
        return ready;
      }
      const waiter = createDeferred<Topic>();
      awaited.push(waiter);
      return waiter.promise;
    },
  };
}

interface Said extends SaidEvent {
  readonly topic: string;
}

function topicOf(args: Readonly<Record<string, unknown>>, context: RequestContext): Topic {
  const left = createDeferred<string>();
  context.signal.addEventListener('abort', () => left.resolve(String(context.signal.reason)), { once: true });
  return {
    queue: createEventQueue<SaidEvent>({ maxEvents: 100_000 }),
    identity: context.identity,
    args,
    traceId: context.traceId,
    left,
  };
}

function startChat(
  identity: TestIdentity,
  chat: ReturnType<typeof createChatControl>,
  routes: TestRoutes,
): Promise<TestSubgraph> {
  const subscribe = (wrap: (event: SaidEvent) => object) => ({
    subscribe: (_: unknown, args: Readonly<Record<string, unknown>>, context: RequestContext) => {
      if (args['topic'] === 'forbidden')
        throw new AppError({ code: 'FORBIDDEN', message: 'Not this topic.', status: 403, retryable: false });
      if (args['after'] === 'nonsense')
        throw new AppError({ code: 'INVALID_CURSOR', message: 'No cursor.', status: 400, retryable: false });
      const topic = topicOf(args, context);
      chat.add(topic);
      return topic.queue.events;
    },
    resolve: wrap,
  });
  return startTestSubgraph({
    service: 'chat',
    typeDefs: chatSdl,
    identity,
    routes,
    resolvers: {
      Query: {
        message: (_: unknown, { topic }: { topic: string }) => ({ text: topic, topic, author: 'ada' }),
        messages: (_: unknown, { first }: { first: number }) =>
          Array.from({ length: first }, (_item, index) => ({
            text: `m${index}`,
            author: index % 2 ? 'ada' : 'bob',
          })),
        pages: (_: unknown, { first, last }: { first?: number; last?: number }) =>
          Array.from({ length: first ?? last ?? 0 }, (_item, index) => ({ text: `p${index}` })),
        whoami: (_: unknown, _args: unknown, { identity: who }: RequestContext) =>
          `${who.subject} of ${who.tenant} as ${who.roles.join(',')}`,
        trace: (_: unknown, _args: unknown, { traceId }: RequestContext) => traceId,
        failing: () => {
          throw new AppError({ code: 'TEAPOT', message: 'Short and stout.', status: 418, retryable: false });
        },
        slow: async (_: unknown, args: object, context: RequestContext) => {
          const topic = topicOf({ ...args }, context);
          chat.add(topic);
          const { value } = await topic.queue.events.next();
          return value?.text;
        },
        style: (_: unknown, { input }: { input: { tone: string; words?: string[] } }) =>
          `${input.tone} ${input.words?.join('+') ?? ''}`,
      },
      Mutation: {
        say: (_: unknown, { topic, text }: { topic: string; text: string }) => ({ text, topic }),
        post: (_: unknown, { count }: { count: number }) => count,
      },
      Subscription: {
        said: subscribe((event) => event),
        heard: subscribe((event) => ({ __typename: 'Message', ...event })),
        ask: subscribe((event) => ({ ...event, generation: { id: 'g1' } })),
        generationEvents: subscribe((event) => ({ ...event, generation: { id: 'g1' } })),
        followed: subscribe((event) => event),
        rang: subscribe((event) => event),
      },
      Heard: { __resolveType: (value: { __typename: string }) => value.__typename },
      Message: {
        author: ({ author }: Said) => (author ? { __typename: 'Person', id: author } : null),
        risky: ({ text }: Said) => {
          if (text.startsWith('safe')) return text;
          throw new AppError({ code: 'TEAPOT', message: 'Short and stout.', status: 418, retryable: false });
        },
        brittle: () => {
          throw new AppError({ code: 'TEAPOT', message: 'Short and stout.', status: 418, retryable: false });
        },
      },
    },
  });
}

function startPeople(identity: TestIdentity, chat: ChatControl): Promise<TestSubgraph> {
  const names: Readonly<Record<string, string>> = { ada: 'Ada', bob: 'Bob' };
  const find = (id: string) => (names[id] ? { id, name: names[id] } : null);
  return startTestSubgraph({
    service: 'people',
    typeDefs: peopleSdl,
    identity,
    resolvers: {
      Query: { person: (_: unknown, { id }: { id: string }) => find(id) },
      Person: {
        __resolveReference: ({ id }: { id: string }) => {
          chat.entityBatches.push([id]);
          return find(id);
        },
        shy: () => {
          throw new AppError({ code: 'SHY', message: 'Not telling.', status: 403, retryable: false });
        },
      },
    },
  });
}

/** What arrives on one subscription, with what is still to come as promises. */
export function collect(client: Client, query: string, variables: Record<string, unknown> = {}) {
  const results = client.iterate<Record<string, unknown>>({ query, variables });
  return {
    next: async (): Promise<GraphQLAnswer> => {
      const step = await results.next();
      if (step.done) throw new Error('the stream has ended');
      return step.value as GraphQLAnswer;
    },
    ended: async (): Promise<boolean> => (await results.next()).done === true,
    unsubscribe: () => results.return?.(),
  };
}
