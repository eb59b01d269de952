/** What happens when clients do not read, services do not answer, and the gateway itself must go. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readEvents } from '../test/sse-client.ts';
import { collect, type GraphQLAnswer, startTestGraph, type TestGraph } from '../test/test-graph.ts';
import { defaultSettings, type GatewaySettings } from './settings.ts';

let graph: TestGraph | undefined;
afterEach(async () => {
  await graph?.close();
  graph = undefined;
});

async function start(settings: Partial<GatewaySettings> = {}): Promise<TestGraph> {
  graph = await startTestGraph(settings);
  return graph;
}

const saidQuery = 'subscription { said(topic: "a") { text } }';
const codesOf = (answer: GraphQLAnswer) => answer.errors?.map(({ extensions }) => extensions['code']);

describe('a client that does not read', () => {
  for (const [way, query] of [
    ['verbatim', 'subscription { said(topic: "a") { text cursor } }'],
    ['executed', 'subscription { heard(topic: "a") { ... on Message { text cursor } } }'],
  ] as const)
    test(`is ended with SLOW_CONSUMER, and nothing piles up for it (events ${way})`, async () => {
      const { streams } = defaultSettings;
      const { url, key, chat, metrics } = await start({
        streams: { ...streams, window: { maxEvents: 8, maxBytes: 64 * 1024, patienceMs: 50 } },
      });
      const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: key } }));
      await new Promise((resolve) => socket.once('message', resolve));
      socket.send(
        JSON.stringify({
          id: '1',
          type: 'subscribe',
          payload: { query },
        }),
      );
      const topic = await chat.nextTopic();
      socket.pause();
      const pushed = 2_000;
      const text = 'x'.repeat(64 * 1024);
      for (let index = 0; index < pushed; index += 1) topic.queue.push({ text, cursor: `c${index}` });

      expect(await topic.left.promise).toBe('DISCONNECTED');
      // What was passed on sits in the kernel's socket buffers, a few megabytes; the other 120 MB were never taken.
      const { values } = await metrics
        .counter({ name: 'fathom_gateway_stream_events_total', help: '' })
        .get();
      const passed = values.filter(({ labels }) => (labels as { way?: string }).way === way);
      expect(passed[0]?.value).toBeGreaterThan(0);
      expect(passed[0]?.value).toBeLessThan(pushed / 4);
      const messages: { type: string; payload?: GraphQLAnswer }[] = [];
      const completed = new Promise<void>((resolve) => {
        socket.on('message', (data) => {
          messages.push(JSON.parse(String(data)));
          if (messages.at(-1)?.type === 'complete') resolve();
        });
      });
      socket.resume();
      await completed;
      // All events before are whole and in order, and the error says behind which of them to resume.
      const events = messages.slice(0, -2).map(({ payload }) => Object.values(payload?.data ?? {})[0]);
      expect(events).toEqual(events.map((_, index) => ({ text, cursor: `c${index}` })));
      expect(messages.at(-2)?.payload).toMatchObject({
        data: null,
        errors: [{ extensions: { code: 'SLOW_CONSUMER', retryable: true, cursor: `c${events.length - 1}` } }],
      });
      socket.terminate();
    });
});

describe('a subgraph', () => {
  test('whose host lost its power ends its streams with a typed error', async () => {
    const { client, chat, chatWire } = await start({
      streams: { ...defaultSettings.streams, pingIntervalMs: 1_000 },
    });
    const said = collect(client(), saidQuery);
    const first = said.next();
    const topic = await chat.nextTopic();
    topic.queue.push({ text: 'one' });
    await first;
    chatWire.freeze();
    expect(codesOf(await said.next())).toEqual(['SUBGRAPH_UNAVAILABLE']);
    expect(await said.ended()).toBe(true);
  });

  test('that does not accept a stream in time ends it with SUBGRAPH_TIMEOUT', async () => {
    const { client, chat, chatWire } = await start({
      streams: { ...defaultSettings.streams, connectTimeoutMs: 50 },
    });
    chatWire.hold();
    expect(codesOf(await collect(client(), saidQuery).next())).toEqual(['SUBGRAPH_TIMEOUT']);
    expect(chat.topics).toHaveLength(0);
  });

  test('that does not answer a query in time makes it SUBGRAPH_TIMEOUT, and its work is told to stop', async () => {
    const { query, chat } = await start({ fetches: { ...defaultSettings.fetches, queryTimeoutMs: 100 } });
    // On a busy machine the time may be over before the service has heard of it: then there is no work to stop.
    do expect(codesOf(await query('{ slow }'))).toEqual(['SUBGRAPH_TIMEOUT']);
    while (chat.topics.length === 0);
    expect(await chat.topics[0]?.left.promise).toBe('DISCONNECTED');
  });

  test('hears that a client left while it worked on a query', async () => {
    const { url, key, chat } = await start();
    const leaving = new AbortController();
    const answer = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: JSON.stringify({ query: '{ slow }' }),
      signal: leaving.signal,
    });
    const topic = await chat.nextTopic();
    leaving.abort();
    await expect(answer).rejects.toThrow();
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });

  test('that refuses connections is retried, then left alone until its circuit closes', async () => {
    const fetches = { ...defaultSettings.fetches, circuitFailures: 3, circuitOpenMs: 3_000 };
    const { query, chatWire } = await start({ fetches });
    await query('{ message(topic: "t") { text } }');
    chatWire.cut();
    const attempts = chatWire.connections;
    expect(codesOf(await query('{ message(topic: "t") { text } }'))).toEqual(['SUBGRAPH_UNAVAILABLE']);
    expect(chatWire.connections).toBeGreaterThan(attempts + 1);

    const whenOpen = chatWire.connections;
    const refused = await query('{ message(topic: "t") { text } }');
    expect(refused.errors?.[0]).toMatchObject({
      message: expect.stringContaining('has not answered lately'),
      extensions: { code: 'SUBGRAPH_UNAVAILABLE', serviceName: 'chat', retryAfterMs: expect.any(Number) },
    });
    expect(chatWire.connections).toBe(whenOpen);
    chatWire.mend();
    await expect
      .poll(async () => (await query('{ message(topic: "t") { text } }')).data)
      .toEqual({ message: { text: 't' } });
  });

  test('is never asked twice for a mutation', async () => {
    const { query, chatWire } = await start();
    await query('mutation { post(count: 1) }');
    chatWire.cut();
    const attempts = chatWire.connections;
    expect(codesOf(await query('mutation { post(count: 1) }'))).toEqual(['SUBGRAPH_UNAVAILABLE']);
    expect(chatWire.connections).toBeLessThanOrEqual(attempts + 1);
  });
});

describe('a key', () => {
  test('that has used up its operations is told when to come back, over HTTP and WebSocket', async () => {
    const { post, client, issueKey } = await start({
      rateLimit: { operationsPerWindow: 2, operationsPerTenantWindow: 1_000, windowMs: 60_000 },
    });
    await post({ query: '{ whoami }' });
    await post({ query: '{ whoami }' });
    const response = await post({ query: '{ whoami }' });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await response.json()).toMatchObject({
      errors: [
        { extensions: { code: 'RATE_LIMITED', retryable: true, limit: 2, retryAfterMs: expect.any(Number) } },
      ],
    });
    await expect(collect(client(), saidQuery).next()).rejects.toMatchObject([
      { extensions: { code: 'RATE_LIMITED' } },
    ]);

    const { key } = await issueKey({ operationsPerWindow: 3 });
    const statuses = [];
    for (let index = 0; index < 4; index += 1)
      statuses.push((await post({ query: '{ whoami }' }, { 'x-api-key': key })).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test('that nobody can look up is refused as retryable, not as wrong', async () => {
    const { post, apiKeys, issueKey } = await start();
    const { key } = await issueKey();
    apiKeys.down = true;
    const response = await post({ query: '{ whoami }' }, { 'x-api-key': key });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'DEPENDENCY_UNAVAILABLE', retryable: true } }],
    });
  });

  test('may have a hundred operations open on one connection', async () => {
    const { client, chat } = await start();
    const connection = client();
    const open = Array.from({ length: 100 }, () => collect(connection, saidQuery));
    const waiting = open.map((stream) => stream.next().catch(() => undefined));
    for (const _ of open) await chat.nextTopic();
    await expect(collect(connection, saidQuery).next()).rejects.toMatchObject([
      { extensions: { code: 'TOO_MANY_STREAMS' } },
    ]);
    for (const stream of open) stream.unsubscribe();
    await Promise.all(waiting);
  });
});

describe('a gateway that is asked to stop', () => {
  test('does not wait for clients that do not answer, nor for connections on which nothing was asked', async () => {
    const { gateway, url, key, chat } = await start({ drainTimeoutMs: 60_000 });
    const silent = connect(gateway.port, '127.0.0.1');
    await once(silent, 'connect');
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: key } }));
    await once(socket, 'message');
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: saidQuery } }));
    const topic = await chat.nextTopic();
    socket.pause();
    await gateway.close();
    expect(await topic.left.promise).toBe('DISCONNECTED');
    silent.destroy();
    socket.terminate();
  });

  test('lets a request that is under way end', async () => {
    const { gateway, post, chat } = await start();
    const answer = post({ query: '{ slow }' });
    const topic = await chat.nextTopic();
    const stopped = gateway.close();
    topic.queue.push({ text: 'done' });
    expect(await (await answer).json()).toEqual({ data: { slow: 'done' } });
    await stopped;
  });

  test('refuses what comes on a connection that is still open, and has it on record', async () => {
    const { gateway, key, chat, audited } = await start();
    const socket = connect(gateway.port, '127.0.0.1');
    let answers = '';
    socket.on('data', (bytes) => {
      answers += String(bytes);
    });
    const request = (query: string) => {
      const body = JSON.stringify({ query });
      const head = `host: x\r\nx-api-key: ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
      socket.write(`POST /graphql HTTP/1.1\r\n${head}\r\n\r\n${body}`);
    };
    request('{ slow }');
    const topic = await chat.nextTopic();
    const stopped = gateway.close();
    request('{ whoami }');
    const told = { kind: 'REFUSAL', outcome: 'SHUTTING_DOWN', entrance: 'POST /graphql' };
    await expect.poll(() => audited).toContainEqual(expect.objectContaining(told));
    topic.queue.push({ text: 'done' });
    await expect.poll(() => answers).toMatch(/"slow":"done"[\s\S]*HTTP\/1\.1 503[\s\S]*SHUTTING_DOWN/);
    await stopped;
  });

  test('closes sockets with 1001, leaves their work resumable, tells SSE clients, and takes no more', async () => {
    const { gateway, url, key, chat, post } = await start();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: key } }));
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: saidQuery } }));
    const bySocket = await chat.nextTopic();
    const events = readEvents(await post({ query: saidQuery }, { accept: 'text/event-stream' }));
    const bySse = await chat.nextTopic();

    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    const stopped = gateway.close();
    expect(await closed).toBe(1001);
    const { value } = await events.next();
    expect(JSON.parse(value?.data ?? '')).toMatchObject({
      errors: [{ extensions: { code: 'SHUTTING_DOWN', retryable: true } }],
    });
    expect(await bySocket.left.promise).toBe('DISCONNECTED');
    expect(await bySse.left.promise).toBe('DISCONNECTED');
    for await (const _ of events);
    await stopped;
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
  });
});
