/** The GraphQL over WebSocket Protocol, phase by phase as its text has it, frame by frame. */
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';

let graph: TestGraph;
const sockets: WebSocket[] = [];
beforeAll(async () => {
  graph = await startTestGraph();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});
afterAll(() => graph.close());

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A client that sends what the test says, and hands out what came in order. */
async function open(protocol = 'graphql-transport-ws') {
  const socket = new WebSocket(`${graph.url.replace('http', 'ws')}/graphql`, protocol);
  sockets.push(socket);
  const messages: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    const waiter = waiting.shift();
    if (waiter) waiter(message);
    else messages.push(message);
  });
  const closed = once(socket, 'close').then(([code, reason]) => [code as number, String(reason)] as const);
  await once(socket, 'open');
  return {
    closed,
    send: (message: object | string) =>
      socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: async (): Promise<Message> =>
      messages.shift() ?? new Promise<Message>((resolve) => waiting.push(resolve)),
    protocol: socket.protocol,
  };
}

async function acknowledged() {
  const client = await open();
  client.send({ type: 'connection_init', payload: { apiKey: graph.key } });
  expect(await client.next()).toMatchObject({ type: 'connection_ack' });
  return client;
}

const said = (topic: string) => ({ query: `subscription { said(topic: "${topic}") { text } }` });

describe('connecting', () => {
  test('agrees on the subprotocol, and on no other', async () => {
    expect((await open()).protocol).toBe('graphql-transport-ws');
    const other = new WebSocket(`${graph.url.replace('http', 'ws')}/graphql`, 'graphql-ws');
    const [first] = await Promise.race([once(other, 'error'), once(other, 'close')]);
    expect(first === 4406 || first instanceof Error).toBe(true);
  });

  test('a second connection_init closes with 4429', async () => {
    const client = await acknowledged();
    client.send({ type: 'connection_init', payload: { apiKey: graph.key } });
    expect((await client.closed)[0]).toBe(4429);
  });

  test('no connection_init in time closes with 4408', async () => {
    expect((await (await open()).closed)[0]).toBe(4408);
  });

  test('a bad credential closes with 4401 and the code', async () => {
    const client = await open();
    client.send({ type: 'connection_init', payload: { apiKey: 'fth_wrong' } });
    expect(await client.closed).toEqual([4401, 'UNAUTHENTICATED']);
  });

  test('a ping is answered by a pong, before and behind the acknowledgement', async () => {
    const client = await open();
    client.send({ type: 'ping' });
    expect(await client.next()).toMatchObject({ type: 'pong' });
    client.send({ type: 'connection_init', payload: { apiKey: graph.key } });
    expect(await client.next()).toMatchObject({ type: 'connection_ack' });
    client.send({ type: 'ping', payload: { at: 1 } });
    expect(await client.next()).toMatchObject({ type: 'pong' });
    client.send({ type: 'pong' });
    client.send({ type: 'ping' });
    expect(await client.next()).toMatchObject({ type: 'pong' });
  });
});

describe('an operation', () => {
  test('streams next, then complete, under its own id beside others', async () => {
    const client = await acknowledged();
    client.send({ id: 'a', type: 'subscribe', payload: said('one') });
    const one = await graph.chat.nextTopic();
    client.send({ id: 'b', type: 'subscribe', payload: said('two') });
    const two = await graph.chat.nextTopic();
    two.queue.push({ text: '2' });
    expect(await client.next()).toEqual({
      id: 'b',
      type: 'next',
      payload: { data: { said: { text: '2' } } },
    });
    one.queue.push({ text: '1' });
    expect(await client.next()).toEqual({
      id: 'a',
      type: 'next',
      payload: { data: { said: { text: '1' } } },
    });
    one.queue.end();
    expect(await client.next()).toEqual({ id: 'a', type: 'complete' });
    two.queue.end();
    expect(await client.next()).toEqual({ id: 'b', type: 'complete' });
  });

  test('of a query is one next and complete', async () => {
    const client = await acknowledged();
    client.send({ id: '1', type: 'subscribe', payload: { query: '{ message(topic: "t") { text } }' } });
    expect(await client.next()).toMatchObject({
      type: 'next',
      payload: { data: { message: { text: 't' } } },
    });
    expect(await client.next()).toEqual({ id: '1', type: 'complete' });
  });

  test('that is refused is one error with the list of errors, and its id is free again', async () => {
    const client = await acknowledged();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      client.send({ id: '1', type: 'subscribe', payload: { query: '{ nope }' } });
      expect(await client.next()).toMatchObject({
        id: '1',
        type: 'error',
        payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
      });
    }
  });

  test('under an id that is in use closes with 4409', async () => {
    const client = await acknowledged();
    client.send({ id: '1', type: 'subscribe', payload: said('a') });
    const topic = await graph.chat.nextTopic();
    client.send({ id: '1', type: 'subscribe', payload: said('a') });
    expect((await client.closed)[0]).toBe(4409);
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });

  test('that the client completes is stopped, and says nothing more', async () => {
    const client = await acknowledged();
    client.send({ id: '1', type: 'subscribe', payload: said('a') });
    const topic = await graph.chat.nextTopic();
    client.send({ id: '1', type: 'complete' });
    expect(await topic.left.promise).toBe('UNSUBSCRIBED');
    client.send({ id: 'unknown', type: 'complete' });
    client.send({ type: 'ping' });
    expect(await client.next()).toMatchObject({ type: 'pong' });
  });
});

describe('what is no message', () => {
  const invalid: readonly [string, object | string][] = [
    ['no JSON', '{'],
    ['no object', '[]'],
    ['an unknown type', { type: 'start' }],
    ['a subscribe without an id', { type: 'subscribe', payload: { query: '{ whoami }' } }],
    ['a subscribe with an empty id', { id: '', type: 'subscribe', payload: { query: '{ whoami }' } }],
    ['a subscribe without a query', { id: '1', type: 'subscribe', payload: {} }],
    ['a complete without an id', { type: 'complete' }],
    ['a message that only servers send', { id: '1', type: 'next', payload: {} }],
  ];
  for (const [what, message] of invalid)
    test(`${what} closes with 4400`, async () => {
      const client = await acknowledged();
      client.send(message);
      expect((await client.closed)[0]).toBe(4400);
    });
});
