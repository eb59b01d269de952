/** The client library against a real gateway whose wires are cut. */

import { createDeferred } from '@fathom/platform/deferred';
import { startTcpProxy, type TcpProxy } from '@fathom/platform/testing/tcp-proxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { createFathomClient, type FathomClient } from '../client.ts';

let graph: TestGraph;
let wire: TcpProxy;
let client: FathomClient;
beforeAll(async () => {
  graph = await startTestGraph();
  wire = await startTcpProxy(graph.gateway.port);
  client = createFathomClient({ url: `http://127.0.0.1:${wire.port}`, apiKey: graph.key });
});
afterAll(async () => {
  await client.close();
  await wire.close();
  await graph.close();
});

interface Asked {
  readonly answer: { readonly text: string };
}

const ask = /* GraphQL */ `
  subscription Ask($input: AskInput!, $after: String) { answer: ask(input: $input, after: $after) { ...E generation { id } } }
  fragment E on GenerationEvent { text cursor }
`;
const question = { input: { question: 'Why?' } };

describe('a stream', () => {
  test('continues behind its last event when the gateway is lost, and misses and repeats nothing', async () => {
    const events = client.stream<Asked, typeof question>(ask, question);
    const first = events.next();
    const asked = await graph.chat.nextTopic();
    asked.queue.push({ text: 'one', cursor: 'c1' });
    expect((await first).value).toMatchObject({ answer: { text: 'one' } });
    asked.queue.push({ text: 'two', cursor: 'c2' });
    expect((await events.next()).value).toMatchObject({ answer: { text: 'two' } });

    const third = events.next();
    wire.cut();
    expect(await asked.left.promise).toBe('DISCONNECTED');
    wire.mend();
    const resumed = await graph.chat.nextTopic();
    expect(resumed.args).toEqual({ ...asked.args, after: 'c2' });
    resumed.queue.push({ text: 'three', cursor: 'c3' });
    expect((await third).value).toEqual({
      answer: { text: 'three', cursor: 'c3', generation: { id: 'g1' } },
    });
    resumed.queue.end();
    expect((await events.next()).done).toBe(true);
  });

  test('continues when a service behind the gateway is lost', async () => {
    const events = client.stream<Asked, typeof question>(ask, question);
    const first = events.next();
    const asked = await graph.chat.nextTopic();
    asked.queue.push({ text: 'one', cursor: 'c1' });
    await first;
    const second = events.next();
    graph.chatWire.cut();
    await asked.left.promise;
    graph.chatWire.mend();
    const resumed = await graph.chat.nextTopic();
    expect(resumed.args).toEqual({ ...asked.args, after: 'c1' });
    resumed.queue.push({ text: 'two', cursor: 'c2' });
    expect((await second).value).toMatchObject({ answer: { text: 'two' } });
    await events.return?.();
  });

  test('that is lost before its first event asks again under the same idempotency key', async () => {
    const events = client.stream<Asked, typeof question>(ask, question);
    const first = events.next();
    const asked = await graph.chat.nextTopic();
    wire.cut();
    await asked.left.promise;
    wire.mend();
    const again = await graph.chat.nextTopic();
    expect(again.args).toEqual(asked.args);
    expect(again.args).toMatchObject({ input: { idempotencyKey: expect.any(String) } });
    again.queue.push({ text: 'one', cursor: 'c1' });
    expect((await first).value).toMatchObject({ answer: { text: 'one' } });
    await events.return?.();
  });

  test('that is left while it is quiet unsubscribes at once', async () => {
    const events = client.stream<Asked, typeof question>(ask, question);
    const first = events.next();
    const asked = await graph.chat.nextTopic();
    await events.return?.();
    expect(await asked.left.promise).toBe('UNSUBSCRIBED');
    expect((await first).done).toBe(true);
  });

  test('that cannot be continued fails with the code', async () => {
    const events = client.stream('subscription { said(topic: "a") { text } }');
    const first = expect(events.next()).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
      retryable: true,
    });
    await graph.chat.nextTopic();
    graph.chatWire.cut();
    await first;
    graph.chatWire.mend();
  });

  const cannotContinue: readonly (readonly [string, string])[] = [
    ['selects no cursor', 'subscription ($after: String) { followed(topic: "a", after: $after) { text } }'],
    ['takes no `$after`', 'subscription { followed(topic: "a") { text cursor } }'],
  ];
  test.each(cannotContinue)(
    'that %s is never asked for again: it would repeat what was seen',
    async (_, query) => {
      const events = client.stream<{ followed: { text: string } }, Record<string, never>>(query);
      const first = events.next();
      const topic = await graph.chat.nextTopic();
      topic.queue.push({ text: 'one', cursor: 'c1' });
      expect((await first).value).toMatchObject({ followed: { text: 'one' } });
      const opened = graph.chat.topics.length;
      const second = events.next();
      wire.cut();
      await expect(second).rejects.toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
      wire.mend();
      expect(graph.chat.topics.length).toBe(opened);
    },
  );

  test('that begins at the present is asked for again only behind a cursor: what happened meanwhile would be lost', async () => {
    const query = 'subscription ($after: String) { rang(after: $after) { text cursor } }';
    const unseen = client.stream<{ rang: { text: string } }, Record<string, unknown>>(query);
    const lost = unseen.next();
    const fresh = await graph.chat.nextTopic();
    wire.cut();
    await expect(lost).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await fresh.left.promise;
    wire.mend();

    const events = client.stream<{ rang: { text: string } }, Record<string, unknown>>(query, { after: 'c7' });
    const next = events.next();
    const begun = await graph.chat.nextTopic();
    expect(begun.args).toEqual({ after: 'c7' });
    wire.cut();
    await begun.left.promise;
    wire.mend();
    const again = await graph.chat.nextTopic();
    expect(again.args).toEqual({ after: 'c7' });
    again.queue.push({ text: 'eight', cursor: 'c8' });
    expect((await next).value).toMatchObject({ rang: { text: 'eight' } });
    await events.return?.();
  });

  test('gives up with the code of the last loss when nothing comes of its attempts', async () => {
    const attempts: [string, number][] = [];
    const brief = createFathomClient({
      url: `http://127.0.0.1:${wire.port}`,
      apiKey: graph.key,
      reconnectDelayMs: 1,
      maxAttempts: 3,
      onReconnect: ({ code }, attempt) => attempts.push([code, attempt]),
    });
    const first = brief.stream<Asked, typeof question>(ask, question).next();
    const asked = await graph.chat.nextTopic();
    wire.cut();
    await asked.left.promise;
    await expect(first).rejects.toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    wire.mend();
    expect(attempts).toEqual([1, 2, 3].map((attempt) => ['CONNECTION_LOST', attempt]));
  });

  test('that is left while it waits to reconnect ends, and asks no more', async () => {
    const waiting = createDeferred<number>();
    const patient = createFathomClient({
      url: `http://127.0.0.1:${wire.port}`,
      apiKey: graph.key,
      reconnectDelayMs: 100_000,
      onReconnect: (_, attempt) => setImmediate(() => waiting.resolve(attempt)),
    });
    const events = patient.stream<Asked, typeof question>(ask, question);
    const first = events.next();
    const asked = await graph.chat.nextTopic();
    wire.cut();
    await asked.left.promise;
    wire.mend();
    expect(await waiting.promise).toBe(1);
    const opened = graph.chat.topics.length;
    await events.return?.();
    expect((await first).done).toBe(true);
    expect(graph.chat.topics.length).toBe(opened);
  });

  test.each([
    ['is asked for again', 200, ['RATE_LIMITED']],
    ['fails at once where that is later than any back-off', 60_000, []],
  ])('that is refused for a while %s', async (_, windowMs, reasons) => {
    const strict = await startTestGraph({
      rateLimit: { operationsPerWindow: 0, operationsPerTenantWindow: 100, windowMs },
    });
    const reconnects: string[] = [];
    const refused = createFathomClient({
      url: strict.url,
      apiKey: strict.key,
      reconnectDelayMs: 1,
      maxAttempts: 1,
      onReconnect: (error) => reconnects.push(error.code),
    });
    await expect(refused.stream<Asked, typeof question>(ask, question).next()).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    });
    expect(reconnects).toEqual(reasons);
    await refused.close();
    await strict.close();
  });

  test('with a wrong key fails at once and is not tried again', async () => {
    const stranger = createFathomClient({ url: graph.url, apiKey: `fth_0000000000_${'0'.repeat(32)}` });
    await expect(stranger.stream(ask, question).next()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      retryable: false,
    });
  });
});

describe('a request', () => {
  test('gives the data, or throws the code', async () => {
    expect(await client.request('{ message(topic: "t") { text } }')).toEqual({ message: { text: 't' } });
    await expect(client.request('{ nope }')).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  test('throws CONNECTION_LOST when nobody answers', async () => {
    const nobody = createFathomClient({ url: 'http://127.0.0.1:1', apiKey: 'x' });
    await expect(nobody.request('{ __typename }')).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      retryable: true,
    });
  });
});
