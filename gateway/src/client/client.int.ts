/** The client library against a real gateway whose wires are cut. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../../test/tcp-proxy.ts';
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
  subscription Ask($input: AskInput!) { answer: ask(input: $input) { ...E generation { id } } }
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
    expect(resumed.args).toEqual({ id: 'g1', after: 'c2' });
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
    expect(resumed.args).toEqual({ id: 'g1', after: 'c1' });
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
