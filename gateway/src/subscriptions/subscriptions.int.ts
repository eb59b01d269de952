/** Subscriptions through a real gateway, over real sockets, from real subgraphs. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { collect, startTestGraph, type TestGraph } from '../../test/test-graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph();
});
afterAll(() => graph.close());

describe('a subscription', () => {
  test('relays each event of the subgraph and its end', async () => {
    const said = collect(graph.client(), 'subscription { said(topic: "a") { text } }');
    const topicOpened = graph.chat.nextTopic();
    const first = said.next();
    const topic = await topicOpened;
    topic.queue.push({ text: 'one' });
    expect(await first).toEqual({ data: { said: { text: 'one' } } });
    topic.queue.push({ text: 'two' });
    expect(await said.next()).toEqual({ data: { said: { text: 'two' } } });
    topic.queue.end();
    expect(await said.ended()).toBe(true);
  });

  test('fetches what other subgraphs own, for each event', async () => {
    const said = collect(
      graph.client(),
      'subscription { said(topic: "a") { words: text author { id called: name } } }',
    );
    const first = said.next();
    const topic = await graph.chat.nextTopic();
    topic.queue.push({ text: 'one', author: 'ada' });
    expect(await first).toEqual({ data: { said: { words: 'one', author: { id: 'ada', called: 'Ada' } } } });
    topic.queue.push({ text: 'two', author: 'bob' });
    expect(await said.next()).toEqual({
      data: { said: { words: 'two', author: { id: 'bob', called: 'Bob' } } },
    });
    said.unsubscribe();
  });

  test('tells the subgraph that the client unsubscribed', async () => {
    const said = collect(graph.client(), 'subscription { said(topic: "a") { text } }');
    const first = said.next();
    const topic = await graph.chat.nextTopic();
    topic.queue.push({ text: 'one' });
    await first;
    said.unsubscribe();
    expect(await topic.left.promise).toBe('UNSUBSCRIBED');
  });

  test('tells the subgraph that the client vanished, however quiet the stream', async () => {
    const socket = new WebSocket(`${graph.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: graph.key } })),
    );
    socket.on('message', () =>
      socket.send(
        JSON.stringify({
          id: '1',
          type: 'subscribe',
          payload: { query: 'subscription { said(topic: "q") { text } }' },
        }),
      ),
    );
    const topic = await graph.chat.nextTopic();
    await turn();
    socket.terminate();
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });
});
