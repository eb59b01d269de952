/**
 * A service that speaks the protocol of streams wrongly: garbage, too much, nothing, and what would hurt a careless
 * reader. Its streams end with a typed error, at once; no other stream does.
 */
import type { AddressInfo } from 'node:net';
import { createDeferred, type Deferred } from '@fathom/platform/deferred';
import { testIdentity } from '@fathom/platform/testing/identity';
import { createClient } from 'graphql-ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startTestGateway, type TestGateway } from '../../test/test-gateway.ts';
import { chatSdl, collect, type GraphQLAnswer, peopleSdl } from '../../test/test-graph.ts';
import { defaultSettings } from '../settings.ts';

const streams = { ...defaultSettings.streams, maxEventBytes: 64 * 1024 };

let server: WebSocketServer;
let gateway: TestGateway;
let subscribed: Deferred<WebSocket>;
let acknowledges = true;
let client: ReturnType<typeof createClient>;

beforeEach(async () => {
  acknowledges = true;
  subscribed = createDeferred<WebSocket>();
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data)) as { readonly type: string };
      if (type === 'connection_init' && acknowledges) socket.send('{"type":"connection_ack"}');
      if (type === 'subscribe') subscribed.resolve(socket);
    }),
  );
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway = await startTestGateway({
    subgraphs: { chat: chatSdl, people: peopleSdl },
    urls: { chat: url, people: url },
    identity: await testIdentity(),
    settings: { streams },
  });
  client = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { apiKey: gateway.key },
    retryAttempts: 0,
  });
});
afterEach(async () => {
  await client.dispose();
  await gateway.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

const frame = (payload: string, id: string): string => `{"id":"${id}","type":"next","payload":${payload}}`;
const codeOf = ({ errors }: GraphQLAnswer): unknown => errors?.[0]?.extensions['code'];
const verbatim = 'subscription { said(topic: "a") { text } }';
const executed = 'subscription { heard(topic: "a") { ... on Message { text } } }';

/** Opens a stream, and says to the service's side of it what `say` says. The ids of graphql-ws are random. */
async function hear(query: string, say: (socket: WebSocket, id: string) => void) {
  const ids: string[] = [];
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      const { type, id } = JSON.parse(String(data)) as { readonly type: string; readonly id: string };
      if (type === 'subscribe') ids.push(id);
    }),
  );
  const stream = collect(client, query);
  const first = stream.next();
  first.catch(() => undefined);
  const socket = await subscribed.promise;
  say(socket, ids[0] ?? '');
  return { first, stream };
}

for (const [what, garbage] of [
  ['no JSON', 'garbage'],
  ['a message that nobody knows', '{"type":"nonsense"}'],
  ['an empty message', ''],
  ['JSON of the wrong shape', '[1,2,3]'],
] as const)
  test(`that sends ${what} behind an event loses its streams with SUBGRAPH_UNAVAILABLE, and the event is kept`, async () => {
    const { first, stream } = await hear(verbatim, (socket, id) => {
      socket.send(frame('{"data":{"said":{"text":"one"}}}', id));
      socket.send(garbage);
    });
    expect(await first).toEqual({ data: { said: { text: 'one' } } });
    expect(codeOf(await stream.next())).toBe('SUBGRAPH_UNAVAILABLE');
    expect(await stream.ended()).toBe(true);
  });

test('that sends bytes that are no text loses its streams', async () => {
  const { first, stream } = await hear(verbatim, (socket) =>
    socket.send(Buffer.from([0xc3, 0x28, 0xff]), { binary: false }),
  );
  expect(codeOf(await first)).toBe('SUBGRAPH_UNAVAILABLE');
  expect(await stream.ended()).toBe(true);
});

for (const [way, query] of [
  ['unchanged', verbatim],
  ['through the executor', executed],
] as const)
  test(`whose event is broken JSON where events pass ${way}: the client gets JSON all the same, and an error`, async () => {
    const { first } = await hear(query, (socket, id) => {
      socket.send(frame('{"data":{"said":{"text":"on', id));
      socket.send(`{"id":"${id}","type":"complete"}`);
    });
    expect(codeOf(await first)).toBe('SUBGRAPH_BAD_ANSWER');
  });

test('that sends too much in one event is cut off: SUBGRAPH_ANSWER_TOO_LARGE with the limit', async () => {
  const { first, stream } = await hear(verbatim, (socket, id) =>
    socket.send(frame(`{"data":{"said":{"text":"${'x'.repeat(80 * 1024)}"}}}`, id)),
  );
  expect((await first).errors?.[0]?.extensions).toMatchObject({
    code: 'SUBGRAPH_ANSWER_TOO_LARGE',
    serviceName: 'chat',
    maxBytes: streams.maxEventBytes,
  });
  expect(await stream.ended()).toBe(true);
});

test('that names prototypes in its events changes none', async () => {
  const { first } = await hear(executed, (socket, id) =>
    socket.send(
      frame(
        '{"data":{"heard":{"__typename":"Message","text":"one","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}},"__proto__":{"polluted":1}}}',
        id,
      ),
    ),
  );
  expect(await first).toEqual({ data: { heard: { text: 'one' } } });
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('that never lets a stream in ends it with SUBGRAPH_TIMEOUT', async () => {
  acknowledges = false;
  const stream = collect(client, verbatim);
  expect(codeOf(await stream.next())).toBe('SUBGRAPH_TIMEOUT');
  expect(await stream.ended()).toBe(true);
});

test('that sends events of a stream that nobody has open is heard no further than that', async () => {
  const { first, stream } = await hear(verbatim, (socket, id) => {
    socket.send(frame('{"data":{"said":{"text":"of nobody"}}}', 'another'));
    socket.send('{"id":"another","type":"complete"}');
    socket.send(frame('{"data":{"said":{"text":"mine"}}}', id));
    socket.send(`{"id":"${id}","type":"complete"}`);
  });
  expect(await first).toEqual({ data: { said: { text: 'mine' } } });
  expect(await stream.ended()).toBe(true);
});
