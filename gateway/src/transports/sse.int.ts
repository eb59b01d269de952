/** GraphQL over server-sent events, distinct connections mode, as `curl -N` sees it. */
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvents } from '../../test/sse-client.ts';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph();
});
afterAll(() => graph.close());

const accept = { accept: 'text/event-stream' };
const said = 'subscription S($t: String!) { said(topic: $t) { text author { name } } }';

describe('server-sent events', () => {
  test('are what the client library of the protocol understands', async () => {
    const client = createClient({
      url: `${graph.url}/graphql`,
      headers: { 'x-api-key': graph.key },
      retryAttempts: 0,
    });
    const results = client.iterate({ query: said, variables: { t: 'a' } });
    const first = results.next();
    const topic = await graph.chat.nextTopic();
    topic.queue.push({ text: 'one', author: 'bob' });
    expect((await first).value).toEqual({ data: { said: { text: 'one', author: { name: 'Bob' } } } });
    topic.queue.end();
    expect((await results.next()).done).toBe(true);
    client.dispose();
  });

  test('carry each event of a subscription by POST, then complete', async () => {
    const response = await graph.post({ query: said, variables: { t: 'a' } }, accept);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = readEvents(response);
    const topic = await graph.chat.nextTopic();
    topic.queue.push({ text: 'one', author: 'ada' });
    const { value: first } = await events.next();
    expect(first?.event).toBe('next');
    expect(JSON.parse(first?.data ?? '')).toEqual({
      data: { said: { text: 'one', author: { name: 'Ada' } } },
    });
    topic.queue.end();
    expect((await events.next()).value).toEqual({ event: 'complete', data: '' });
    expect((await events.next()).done).toBe(true);
  });

  test('carry events that pass byte for byte by GET', async () => {
    const search = new URLSearchParams({ query: 'subscription { said(topic: "a") { text } }' });
    const response = await fetch(`${graph.url}/graphql?${search}`, {
      headers: { ...accept, 'x-api-key': graph.key },
    });
    const events = readEvents(response);
    const topic = await graph.chat.nextTopic();
    for (const text of ['one', 'line\nbreak', 'ümlaut 🐟']) {
      topic.queue.push({ text });
      const { value } = await events.next();
      expect(JSON.parse(value?.data ?? '')).toEqual({ data: { said: { text } } });
    }
    topic.queue.end();
    expect((await events.next()).value).toMatchObject({ event: 'complete' });
  });

  test('carry the one result of a query', async () => {
    const events = readEvents(await graph.post({ query: '{ message(topic: "t") { text } }' }, accept));
    expect((await events.next()).value).toEqual({ event: 'next', data: '{"data":{"message":{"text":"t"}}}' });
    expect((await events.next()).value).toMatchObject({ event: 'complete' });
  });

  test('tell why a document was refused', async () => {
    const response = await graph.post({ query: 'subscription { nope }' }, accept);
    expect(response.status).toBe(200);
    const events = readEvents(response);
    const { value } = await events.next();
    expect(JSON.parse(value?.data ?? '')).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
    expect((await events.next()).value).toMatchObject({ event: 'complete' });
  });

  test('do not begin for a wrong key', async () => {
    const response = await graph.post(
      { query: said, variables: { t: 'a' } },
      { ...accept, 'x-api-key': 'fth_wrong' },
    );
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('end with the error when the subgraph is lost', async () => {
    const events = readEvents(await graph.post({ query: said, variables: { t: 'a' } }, accept));
    await graph.chat.nextTopic();
    graph.chatWire.cut();
    const { value } = await events.next();
    expect(JSON.parse(value?.data ?? '')).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
    });
    expect((await events.next()).value).toMatchObject({ event: 'complete' });
    graph.chatWire.mend();
  });

  test('leave the work resumable when the client goes, however quiet the stream', async () => {
    const leaving = new AbortController();
    await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { ...accept, 'content-type': 'application/json', 'x-api-key': graph.key },
      body: JSON.stringify({ query: said, variables: { t: 'quiet' } }),
      signal: leaving.signal,
    });
    const topic = await graph.chat.nextTopic();
    leaving.abort();
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });

  test('end with KEY_REVOKED when the key is', async () => {
    const { id, key } = await graph.issueKey();
    const events = readEvents(
      await graph.post({ query: said, variables: { t: 'a' } }, { ...accept, 'x-api-key': key }),
    );
    const topic = await graph.chat.nextTopic();
    await graph.apiKeys.revoke('test', id, 'admin');
    const { value } = await events.next();
    expect(JSON.parse(value?.data ?? '')).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'KEY_REVOKED' } }],
    });
    expect((await events.next()).value).toMatchObject({ event: 'complete' });
    expect(await topic.left.promise).toBe('UNSUBSCRIBED');
  });
});
