/** `@defer`: byte for byte as the protocol has it, as Apollo Client reads it, and whole for whoever does not ask for parts. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvents, type SseEvent } from '../../test/sse-client.ts';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';

let graph: TestGraph;
let client: ApolloClient;
beforeAll(async () => {
  graph = await startTestGraph();
  client = new ApolloClient({
    link: new HttpLink({ uri: `${graph.url}/graphql`, headers: { 'x-api-key': graph.key } }),
    cache: new InMemoryCache(),
    incrementalHandler: new Defer20220824Handler(),
  });
});
afterAll(async () => {
  client.stop();
  await graph.close();
});

const accept = { accept: 'multipart/mixed;deferSpec=20220824,application/json' };
const query =
  '{ message(topic: "a") { text author { id ... @defer(label: "name") { name } } } ... @defer { slow } }';
const whole = { data: { message: { text: 'a', author: { id: 'ada', name: 'Ada' } }, slow: 'done' } };

/** Lets the slow field end. */
async function finishSlowly(): Promise<void> {
  const topic = await graph.chat.nextTopic();
  topic.queue.push({ text: 'done' });
}

describe('the bytes', () => {
  test('are a part for what is ready, then one for each thing that becomes ready, and the closing delimiter', async () => {
    const finished = finishSlowly();
    const response = await graph.post({ query }, accept);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('multipart/mixed;boundary="-";deferSpec=20220824');
    const text = await response.text();
    await finished;
    expect(text.startsWith('\r\n---\r\ncontent-type: application/json; charset=utf-8\r\n\r\n{')).toBe(true);
    expect(text.endsWith('}\r\n-----\r\n')).toBe(true);
    const parts = text
      .split(/\r\n---(?:--\r\n)?/)
      .filter((part) => part !== '')
      .map(
        (part) =>
          JSON.parse(part.split('\r\n\r\n')[1] ?? '') as { incremental?: unknown[]; hasNext: boolean },
      );
    expect(parts[0]).toEqual({
      data: { message: { text: 'a', author: { id: 'ada' } } },
      hasNext: true,
    });
    expect(parts.slice(1).flatMap(({ incremental }) => incremental)).toEqual(
      expect.arrayContaining([
        { label: 'name', path: ['message', 'author'], data: { name: 'Ada' } },
        { path: [], data: { slow: 'done' } },
      ]),
    );
    expect(parts.map(({ hasNext }) => hasNext).indexOf(false)).toBe(parts.length - 1);
  });

  test('are plain JSON, and the answer whole, for who does not accept parts', async () => {
    const finished = finishSlowly();
    const response = await graph.post({ query });
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual(whole);
    await finished;
  });

  test('are one event, and the answer whole, for who reads server-sent events', async () => {
    const finished = finishSlowly();
    const response = await graph.post({ query }, { accept: 'text/event-stream' });
    const events: SseEvent[] = [];
    for await (const event of readEvents(response)) events.push(event);
    await finished;
    expect(events.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(JSON.parse(events[0]?.data ?? '')).toEqual(whole);
  });

  test('are plain JSON where nothing is deferred', async () => {
    const response = await graph.post({ query: '{ message(topic: "a") { text } }' }, accept);
    expect(await response.json()).toEqual({ data: { message: { text: 'a' } } });
  });
});

describe('a client of parts', () => {
  test('that leaves ends what is fetched for the rest', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': graph.key, ...accept },
      body: JSON.stringify({ query }),
      signal: leaving.signal,
    });
    const reader = response.body?.getReader();
    const topic = await graph.chat.nextTopic();
    await reader?.read();
    leaving.abort();
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });

  test('is refused as others are, and told why a document cannot be deferred', async () => {
    const costly = '{ ... @defer { messages(first: 100000) { replies { text } } } }';
    const refused = await graph.post({ query: costly }, accept);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'OPERATION_TOO_COSTLY' } }],
    });
    const twice = '{ ... @defer(label: "x") { whoami } ... @defer(label: "x") { trace } }';
    expect(await (await graph.post({ query: twice }, accept)).json()).toMatchObject({
      errors: [{ message: 'Two fragments are deferred with the label "x".' }],
    });
    const variable = 'query ($l: String) { ... @defer(label: $l) { whoami } }';
    expect(await (await graph.post({ query: variable }, accept)).json()).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });
});

describe('Apollo Client', () => {
  test('shows what is there, then all of it', async () => {
    const states: unknown[] = [];
    const document = gql(
      '{ message(topic: "apollo") { text author { id ... @defer { name } } } ... @defer { slow } }',
    );
    const ended = new Promise<void>((resolve, reject) => {
      client.watchQuery<{ slow?: string }>({ query: document, fetchPolicy: 'network-only' }).subscribe({
        next: ({ data, dataState, error }) => {
          if (error) reject(error);
          states.push(dataState);
          if (dataState === 'streaming' && states.length === 2) void finishSlowly();
          if (dataState === 'complete') {
            expect(data).toMatchObject({ message: { author: { name: 'Ada' } }, slow: 'done' });
            resolve();
          }
        },
        error: reject,
      });
    });
    await ended;
    expect(states).toContain('streaming');
    expect(states.at(-1)).toBe('complete');
  });
});
