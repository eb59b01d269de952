/** Streams that outlive their token, over each transport. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readEvents } from '../../test/sse-client.ts';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { createFathomClient } from '../client.ts';
import { raise } from '../errors.ts';
import type { JwtVerifier } from './jwt.ts';

/** Believes a token of the form `h.<its end>.s`: what is tested here is its end, not its signature. */
const jwt: JwtVerifier = {
  async authenticate(token) {
    const expiresAt = new Date(Number(token.split('.')[1]));
    if (expiresAt.getTime() <= Date.now()) throw raise('TOKEN_EXPIRED');
    return {
      identity: { subject: 'ada', tenant: 'test', roles: [], scopes: ['admin'] },
      credential: 'jwt:test:ada',
      expiresAt,
      operationsPerWindow: undefined,
    };
  },
};
/** Long enough for a stream to be opened on a machine that does much else. */
const lifetimeMs = 5_000;
const tokenFor = (ms: number): string => `h.${Date.now() + ms}.s`;

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph({}, {}, { jwt });
});
afterAll(() => graph.close());

const said = 'subscription { said(topic: "a") { text } }';

describe('when a token ends, what it opened', () => {
  test('over a WebSocket is told TOKEN_EXPIRED and left resumable, and the socket is closed with 4403', async () => {
    const socket = new WebSocket(`${graph.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const messages: { type: string; payload?: unknown }[] = [];
    socket.on('message', (data) => messages.push(JSON.parse(String(data))));
    await once(socket, 'open');
    socket.send(
      JSON.stringify({
        type: 'connection_init',
        payload: { authorization: `Bearer ${tokenFor(lifetimeMs)}` },
      }),
    );
    await once(socket, 'message');
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: said } }));
    const topic = await graph.chat.nextTopic();
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, String(reason)]).toEqual([4403, 'TOKEN_EXPIRED']);
    expect(messages.map(({ type }) => type)).toEqual(['connection_ack', 'next', 'complete']);
    expect(messages[1]?.payload).toMatchObject({ errors: [{ extensions: { code: 'TOKEN_EXPIRED' } }] });
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });

  test('over SSE is told so and ended', async () => {
    const response = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization: `Bearer ${tokenFor(lifetimeMs)}`,
      },
      body: JSON.stringify({ query: said }),
    });
    const topic = await graph.chat.nextTopic();
    const events: string[] = [];
    for await (const { event, data } of readEvents(response)) events.push(`${event} ${data}`);
    expect(events).toEqual([expect.stringMatching(/^next .*TOKEN_EXPIRED/), 'complete ']);
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });

  test('goes on for a client that can fetch another token, behind its last event', async () => {
    let tokens = 0;
    const client = createFathomClient({
      url: graph.url,
      token: () => {
        tokens += 1;
        return tokenFor(tokens === 1 ? lifetimeMs : 600_000);
      },
      reconnectDelayMs: 1,
    });
    const events = client.stream<{ ask: { text: string } }, Record<string, unknown>>(
      'subscription ($input: AskInput!, $after: String) { ask(input: $input, after: $after) { text cursor generation { id } } }',
      { input: { question: 'Why?' } },
    );
    const first = events.next();
    const asked = await graph.chat.nextTopic();
    asked.queue.push({ text: 'one', cursor: 'c1' });
    expect((await first).value).toEqual({ ask: expect.objectContaining({ text: 'one' }) });
    const second = events.next();
    expect(await asked.left.promise).toBe('DISCONNECTED');
    const resumed = await graph.chat.nextTopic();
    expect(resumed.args).toMatchObject({ input: { question: 'Why?' }, after: 'c1' });
    resumed.queue.push({ text: 'two', cursor: 'c2' });
    expect((await second).value).toEqual({ ask: expect.objectContaining({ text: 'two' }) });
    expect(tokens).toBeGreaterThan(1);
    await events.return?.();
    await client.close();
  });
});
