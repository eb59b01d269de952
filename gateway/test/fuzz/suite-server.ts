/**
 * The services of a supergraph of the suite as servers: `/<service>/graphql` over HTTP and graphql-transport-ws on one port, for a
 * gateway in another process. They act on the operation that the suite has begun. What they send can be damaged on its way.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ExecutionArgs, type GraphQLSchema, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { subgraphOperation } from '../../src/subgraphs/subgraph.ts';
import type { RunningSuite } from '../federation/run-suite.ts';

export interface SuiteServer {
  urlOf(service: string): string;
  /** Whose services these are from now on, and how what they send is damaged: answers, and streams before one of their events. */
  serve(suite: RunningSuite, damage?: Damage, streamDamage?: StreamDamage): void;
  close(): Promise<void>;
}

/** Sends an answer, or what is left of it. */
export type Damage = (response: ServerResponse, json: string, server: Server) => void;
export type StreamDamage = (socket: WebSocket, event: number) => Promise<void>;

export async function startSuiteServer(): Promise<SuiteServer> {
  let suite: RunningSuite | undefined;
  let damage: Damage | undefined;
  let streamDamage: StreamDamage | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { query, operationName, variables } = JSON.parse(await text(request)) as Sent;
    const service = suite?.services[serviceOf(request)];
    if (!service) throw new Error(`there is no service at ${request.url}`);
    const operation = subgraphOperation(query, operationName);
    const answered = await service.ask(operation, JSON.stringify(variables ?? {}), undefined as never);
    const json = JSON.stringify(answered);
    if (damage) damage(response, json, server);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(json);
  }

  // A service that is down throws here, and leaves without a word.
  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  useServer<Record<string, unknown>, { readonly request: IncomingMessage; readonly socket: WebSocket }>(
    {
      onSubscribe: (context, _id, { query, variables }): ExecutionArgs => ({
        schema: suite?.schemas[serviceOf(context.extra.request)] as GraphQLSchema,
        document: parse(query),
        variableValues: variables ?? {},
        contextValue: { service: serviceOf(context.extra.request), query, socket: context.extra.socket },
      }),
      subscribe: async ({ contextValue, variableValues }) => {
        const { service, query, socket } = contextValue as Streaming;
        if (!suite) throw new Error('there is no suite');
        const events = suite.eventsOf(service, { query, variables: variableValues ?? {} });
        return damaged(events, socket, streamDamage) as never;
      },
      onNext: (_context, _id, _payload, _args, result) => result as never,
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    urlOf: (service) => `http://127.0.0.1:${port}/${service}/graphql`,
    serve(next, how, howStreams) {
      suite = next;
      damage = how;
      streamDamage = howStreams;
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Streaming {
  readonly service: string;
  readonly query: string;
  readonly socket: WebSocket;
}

async function* damaged<Event>(
  events: AsyncIterable<Event>,
  socket: WebSocket,
  damage: StreamDamage = async () => undefined,
): AsyncGenerator<Event> {
  let number = 0;
  for await (const event of events) {
    await damage(socket, number);
    number += 1;
    yield event;
  }
  await damage(socket, number);
}

interface Sent {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const serviceOf = ({ url = '' }: IncomingMessage): string => decodeURIComponent(url.split('/')[1] ?? '');
