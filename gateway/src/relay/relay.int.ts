/** What a router sees of the services behind the relay, played by an HTTP client and a WebSocket client. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';

const relayKey = 'of-the-router-0123456789-0123456789';
const patient = { timeout: 30_000 };
let graph: TestGraph;
let relay: string;
beforeAll(async () => {
  graph = await startTestGraph({ relay: { host: '127.0.0.1', port: 0, key: relayKey } });
  relay = graph.gateway.relayUrl ?? '';
});
afterAll(() => graph.close());

const headersOf = (key: string): Record<string, string> => ({
  'content-type': 'application/json',
  'x-fathom-relay-key': relayKey,
  authorization: `Bearer ${key}`,
});

function post(service: string, query: string, headers = headersOf(graph.key)): Promise<Response> {
  const body = JSON.stringify({ query });
  return fetch(`${relay}/subgraphs/${service}/graphql`, { method: 'POST', headers, body });
}

describe('a request of the router', () => {
  test('reaches its service with the identity of the client whose key it carries', async () => {
    const { id, key } = await graph.issueKey({ tenant: 'acme', roles: ['viewer'] });
    const answer = await post('chat', '{ whoami }', headersOf(key));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ data: { whoami: `key:${id} of acme as viewer` } });
  });

  test('may ask for entities, as no client of the public port may', async () => {
    const query =
      '{ _entities(representations: [{ __typename: "Person", id: "ada" }]) { ... on Person { name } } }';
    expect(await (await post('people', query)).json()).toEqual({ data: { _entities: [{ name: 'Ada' }] } });
    expect(await graph.query(query)).toMatchObject({ errors: [{}] });
  });

  test('passes the errors of its service unchanged', async () => {
    const answer = (await (await post('chat', '{ failing { text } }')).json()) as { errors: object[] };
    expect(answer.errors).toHaveLength(1);
  });

  test.each([
    ['without the key of the router', { 'x-fathom-relay-key': '' }, 'chat', 403, 'FORBIDDEN'],
    ['with a wrong key of the router', { 'x-fathom-relay-key': 'x' }, 'chat', 403, 'FORBIDDEN'],
    ['without credentials of a client', { authorization: '' }, 'chat', 401, 'UNAUTHENTICATED'],
    ['for a service that there is not', {}, 'nobody', 404, 'NOT_FOUND'],
    ['for a name that objects inherit', {}, 'constructor', 404, 'NOT_FOUND'],
  ])('%s is refused', async (_what, changed, service, status, code) => {
    const answer = await post(service, '{ whoami }', { ...headersOf(graph.key), ...changed });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  test('is not answered on the public port', async () => {
    const answer = await fetch(`${graph.url}/subgraphs/chat/graphql`, {
      method: 'POST',
      headers: headersOf(graph.key),
      body: JSON.stringify({ query: '{ whoami }' }),
    });
    expect(answer.status).toBe(405);
  });
});

/** A router's socket, with what came over it. */
async function open(
  init: object | undefined,
  headers: Record<string, string> = { 'x-fathom-relay-key': relayKey },
) {
  const socket = new WebSocket(
    `${relay.replace('http', 'ws')}/subgraphs/chat/graphql`,
    'graphql-transport-ws',
    { headers },
  );
  const messages: { type: string; payload?: unknown }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const answered = Promise.race([closed, new Promise((resolve) => socket.once('message', resolve))]);
  if (init) {
    socket.send(JSON.stringify({ type: 'connection_init', payload: init }));
    await answered;
  }
  return { socket, messages, closed };
}

const subscribe = (id: string) =>
  JSON.stringify({ id, type: 'subscribe', payload: { query: 'subscription { said(topic: "a") { text } }' } });

describe("a router's stream", () => {
  test('carries every frame, with the identity of the client in the payload or in the headers', async () => {
    const { id, key } = await graph.issueKey({ tenant: 'acme' });
    const router = { 'x-fathom-relay-key': relayKey };
    const client = { authorization: `Bearer ${key}` };
    for (const [init, headers] of [
      [client, router],
      [{}, { ...router, ...client }],
      // Hive Router sends nothing with the upgrade.
      [{ ...router, ...client }, {}],
    ]) {
      const { socket, messages } = await open(init, headers);
      socket.send(subscribe('1'));
      const topic = await graph.chat.nextTopic();
      expect(topic.identity).toMatchObject({ subject: `key:${id}`, tenant: 'acme' });
      const texts = Array.from({ length: 200 }, (_, index) => `${index}`);
      for (const text of texts) topic.queue.push({ text });
      topic.queue.end();
      await expect.poll(() => messages.at(-1)?.type, patient).toBe('complete');
      expect(messages[0]?.type).toBe('connection_ack');
      const told = messages.filter(({ type }) => type === 'next');
      expect(told.map(({ payload }) => payload)).toEqual(texts.map((text) => ({ data: { said: { text } } })));
      socket.close(1000);
    }
  });

  test('is under the trace that came with it, in the headers or, as Hive Router has it, in the payload', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const traced = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const router = { 'x-fathom-relay-key': relayKey };
    const client = { authorization: `Bearer ${graph.key}` };
    for (const [init, headers] of [
      [client, { ...router, ...traced }],
      [{ ...router, ...client, ...traced }, {}],
    ]) {
      const { socket } = await open(init, headers);
      socket.send(subscribe('1'));
      expect((await graph.chat.nextTopic()).traceId).toBe(traceId);
      socket.close(1000);
    }
  });

  test('tells the service whether a client unsubscribed or the router vanished', async () => {
    const left = await open({ authorization: `Bearer ${graph.key}` });
    left.socket.send(subscribe('1'));
    const unsubscribed = await graph.chat.nextTopic();
    left.socket.send(JSON.stringify({ id: '1', type: 'complete' }));
    expect(await unsubscribed.left.promise).toBe('UNSUBSCRIBED');

    left.socket.send(subscribe('2'));
    const vanished = await graph.chat.nextTopic();
    left.socket.terminate();
    expect(await vanished.left.promise).toBe('DISCONNECTED');
  });

  test('ends when its key is revoked', async () => {
    const { id, key } = await graph.issueKey();
    const { socket, closed } = await open({ authorization: `Bearer ${key}` });
    socket.send(subscribe('1'));
    await graph.chat.nextTopic();
    await graph.apiKeys.revoke('test', id, 'admin');
    expect(await closed).toBe(4401);
  });

  test('is closed with a code where there is no credential, no beginning or no router', async () => {
    expect(await (await open({})).closed).toBe(4401);
    const { socket, closed } = await open(undefined);
    socket.send(subscribe('1'));
    expect(await closed).toBe(4400);
    await expect(open({}, { 'x-fathom-relay-key': 'x' })).rejects.toThrow('403');
    for (const init of [{}, { 'x-fathom-relay-key': 'x', authorization: `Bearer ${graph.key}` }])
      expect(await (await open(init, {})).closed).toBe(4403);
  });
});
