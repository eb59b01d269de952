/** Streams of clients that have a connection for one stream each, which share sockets to a service: nobody may notice. */
import type { AddressInfo } from 'node:net';
import { testIdentity } from '@fathom/platform/testing/identity';
import { afterEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { readEvents } from '../../test/sse-client.ts';
import { startTestGateway, type TestGateway } from '../../test/test-gateway.ts';
import {
  chatSdl,
  type GraphQLAnswer,
  peopleSdl,
  startTestGraph,
  type TestGraph,
} from '../../test/test-graph.ts';
import { defaultSettings } from '../settings.ts';
import type { StreamSettings } from './client-connection.ts';

let graph: TestGraph | undefined;
afterEach(async () => {
  await graph?.close();
  graph = undefined;
});

async function start(settings: Partial<StreamSettings> = {}): Promise<TestGraph> {
  graph = await startTestGraph({ streams: { ...defaultSettings.streams, ...settings } });
  return graph;
}

const said = 'subscription { said(topic: "a") { text cursor } }';
const executed = 'subscription { heard(topic: "a") { ... on Message { text cursor } } }';

/** A request of its own, as `curl -N` makes it; leaving it is closing it. */
async function listen(
  { url, key: own }: Pick<TestGateway, 'url' | 'key'>,
  { query = said, key = own }: { readonly query?: string; readonly key?: string } = {},
) {
  const leaving = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': key },
    body: JSON.stringify({ query }),
    signal: leaving.signal,
  });
  const events = readEvents(response);
  return {
    async next(): Promise<GraphQLAnswer> {
      const { value } = await events.next();
      if (value?.event !== 'next') throw new Error(`the stream says ${value?.event ?? 'nothing more'}`);
      return JSON.parse(value.data) as GraphQLAnswer;
    },
    end: async (): Promise<string | undefined> => (await events.next()).value?.event,
    leave: () => leaving.abort(),
  };
}

/** WebSockets to services that carry streams now. */
async function socketsOf({ metrics }: TestGraph): Promise<number> {
  const gauge = metrics.gauge({ name: 'fathom_gateway_stream_sockets', help: '', labels: ['subgraph'] });
  return (await gauge.get()).values.reduce((sum, { value }) => sum + value, 0);
}

describe('streams of many clients with one connection each', () => {
  test('are on few sockets of the service, each under its own identity, and the last takes its socket along', async () => {
    const service = await start({ maxStreamsPerSocket: 10 });
    const { key } = await service.issueKey({ tenant: 'other' });
    const streams = await Promise.all(
      Array.from({ length: 25 }, (_, index) => listen(service, index % 2 ? { key } : {})),
    );
    const topics = await Promise.all(streams.map(() => service.chat.nextTopic()));
    expect(await socketsOf(service)).toBe(3);
    expect(topics.map(({ identity }) => identity.tenant).sort()).toEqual([
      ...Array.from({ length: 12 }, () => 'other'),
      ...Array.from({ length: 13 }, () => 'test'),
    ]);
    for (const [index, topic] of topics.entries())
      for (const part of ['x', 'y'])
        topic.queue.push({ text: `${topic.identity.tenant} ${part}`, cursor: `${index}` });
    const heard = await Promise.all(
      streams.map(async ({ next }) => [(await next()).data?.['said'], (await next()).data?.['said']]),
    );
    // Each client hears one topic of its own tenant, in order, and no two hear the same.
    expect(new Set(heard.map(([first]) => (first as { cursor: string }).cursor)).size).toBe(25);
    for (const [index, events] of heard.entries()) {
      const { cursor } = events[0] as { cursor: string };
      const tenant = index % 2 ? 'other' : 'test';
      expect(events).toEqual([
        { text: `${tenant} x`, cursor },
        { text: `${tenant} y`, cursor },
      ]);
    }
    for (const stream of streams) stream.leave();
    await Promise.all(topics.map(async ({ left }) => expect(await left.promise).toBe('DISCONNECTED')));
    await expect.poll(() => socketsOf(service)).toBe(0);
  });

  test('are left one by one: the service stops that one as DISCONNECTED, and the others go on', async () => {
    const service = await start();
    const left = await listen(service);
    const leftTopic = await service.chat.nextTopic();
    const kept = await listen(service);
    const keptTopic = await service.chat.nextTopic();
    left.leave();
    expect(await leftTopic.left.promise).toBe('DISCONNECTED');
    keptTopic.queue.push({ text: 'still here', cursor: '1' });
    expect(await kept.next()).toEqual({ data: { said: { text: 'still here', cursor: '1' } } });
    keptTopic.queue.end();
    expect(await kept.end()).toBe('complete');
  });

  test('whose key is revoked are stopped as UNSUBSCRIBED, and those of another key go on', async () => {
    const service = await start();
    const { id, key } = await service.issueKey();
    const revoked = await listen(service, { key });
    const revokedTopic = await service.chat.nextTopic();
    const kept = await listen(service);
    const keptTopic = await service.chat.nextTopic();
    await service.apiKeys.revoke('test', id, 'admin');
    expect((await revoked.next()).errors?.[0]?.extensions['code']).toBe('KEY_REVOKED');
    expect(await revokedTopic.left.promise).toBe('UNSUBSCRIBED');
    keptTopic.queue.push({ text: 'still here', cursor: '1' });
    expect(await kept.next()).toMatchObject({ data: { said: { text: 'still here' } } });
    kept.leave();
  });

  for (const [way, query] of [
    ['unchanged', said],
    ['through the executor', executed],
  ] as const)
    test(`do not wait for one that does not read, which loses nothing up to its SLOW_CONSUMER and its cursor (events ${way})`, async () => {
      const service = await start({
        window: { maxEvents: 16, maxBytes: 64 * 1024, patienceMs: 1_500 },
      });
      const slow = await listen(service, { query });
      const slowTopic = await service.chat.nextTopic();
      const quick = await listen(service, { query });
      const quickTopic = await service.chat.nextTopic();
      expect(await socketsOf(service)).toBe(1);
      const text = 'x'.repeat(64 * 1024);
      // More than all buffers on its way hold.
      for (let index = 0; index < 600; index += 1) slowTopic.queue.push({ text, cursor: `${index}` });
      for (let index = 0; index < 600; index += 1) {
        quickTopic.queue.push({ text: `${index}`, cursor: `${index}` });
        const [event] = Object.values((await quick.next()).data ?? {});
        expect(event).toEqual({ text: `${index}`, cursor: `${index}` });
      }
      expect(await slowTopic.left.promise).toBe('DISCONNECTED');
      let seen = 0;
      for (;;) {
        const { data, errors } = await slow.next();
        if (errors) {
          expect(errors[0]?.extensions).toMatchObject({
            code: 'SLOW_CONSUMER',
            retryable: true,
            cursor: `${seen - 1}`,
          });
          break;
        }
        expect(Object.values(data ?? {})[0]).toMatchObject({ cursor: `${seen}` });
        seen += 1;
      }
      expect(seen).toBeGreaterThan(0);
      expect(await slow.end()).toBe('complete');
      quick.leave();
    });

  test('that a client reads again after a while go on where they were held, and lose nothing', async () => {
    const service = await start({
      window: { maxEvents: 16, maxBytes: 64 * 1024, patienceMs: 60_000 },
    });
    const stream = await listen(service);
    const topic = await service.chat.nextTopic();
    const text = 'x'.repeat(64 * 1024);
    for (let index = 0; index < 300; index += 1) topic.queue.push({ text, cursor: `${index}` });
    topic.queue.end();
    for (let index = 0; index < 300; index += 1)
      expect((await stream.next()).data?.['said']).toMatchObject({ cursor: `${index}` });
    expect(await stream.end()).toBe('complete');
  });

  test('that lose their socket are each told the cursor behind which they go on', async () => {
    const service = await start();
    const streams = [];
    for (const [index, query] of [said, executed].entries()) {
      const stream = await listen(service, { query });
      streams.push(stream);
      (await service.chat.nextTopic()).queue.push({ text: 'one', cursor: `of ${index}` });
      await stream.next();
    }
    expect(await socketsOf(service)).toBe(1);
    service.chatWire.cut();
    for (const [index, { next, end }] of streams.entries()) {
      expect((await next()).errors?.[0]?.extensions).toMatchObject({
        code: 'SUBGRAPH_UNAVAILABLE',
        retryable: true,
        cursor: `of ${index}`,
      });
      expect(await end()).toBe('complete');
    }
  });

  test('end alone when an event of theirs is too large', async () => {
    const service = await start({ maxEventBytes: 64 * 1024 });
    const tooMuch = await listen(service);
    const tooMuchTopic = await service.chat.nextTopic();
    const kept = await listen(service);
    const keptTopic = await service.chat.nextTopic();
    expect(await socketsOf(service)).toBe(1);
    tooMuchTopic.queue.push({ text: 'x'.repeat(80 * 1024), cursor: '1' });
    expect((await tooMuch.next()).errors?.[0]?.extensions).toMatchObject({
      code: 'SUBGRAPH_ANSWER_TOO_LARGE',
      maxBytes: 64 * 1024,
    });
    expect(await tooMuchTopic.left.promise).toBe('DISCONNECTED');
    keptTopic.queue.push({ text: 'one', cursor: '1' });
    expect(await kept.next()).toMatchObject({ data: { said: { text: 'one' } } });
    kept.leave();
  });
});

describe('a service that carries one client a socket', () => {
  test('is given a socket for each stream, and asked for no other at once', async () => {
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      handleProtocols: () => 'graphql-transport-ws',
    });
    const inits: Readonly<Record<string, unknown>>[] = [];
    const subscribed: WebSocket[] = [];
    server.on('connection', (socket) =>
      socket.on('message', (data) => {
        const { type, id, payload } = JSON.parse(String(data)) as {
          readonly type: string;
          readonly id: string;
          readonly payload: Readonly<Record<string, unknown>>;
        };
        if (type === 'connection_init') {
          inits.push(payload);
          socket.send('{"type":"connection_ack"}');
        } else if (type === 'subscribe') {
          subscribed.push(socket);
          socket.send(`{"id":"${id}","type":"next","payload":{"data":{"said":{"text":"one","cursor":"1"}}}}`);
        }
      }),
    );
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const gateway = await startTestGateway({
      subgraphs: { chat: chatSdl, people: peopleSdl },
      urls: { chat: url, people: url },
      identity: await testIdentity(),
    });
    const streams = [];
    for (let count = 0; count < 3; count += 1) {
      const stream = await listen(gateway);
      streams.push(stream);
      expect(await stream.next()).toEqual({ data: { said: { text: 'one', cursor: '1' } } });
    }
    expect(new Set(subscribed).size).toBe(3);
    expect(inits.map((init) => init['carries'] === true)).toEqual([true, false, false, false]);
    expect(inits.every(({ identity }) => typeof identity === 'string')).toBe(true);
    for (const stream of streams) stream.leave();
    await expect.poll(() => server.clients.size).toBe(0);
    await gateway.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
