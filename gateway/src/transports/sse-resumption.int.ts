/** Server-sent events whose client comes again with the id of the last event it saw, as the standard has it. */

import { startTcpProxy } from '@fathom/platform/testing/tcp-proxy';
import { EventSource } from 'eventsource';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvents } from '../../test/sse-client.ts';
import { type GraphQLAnswer, startTestGraph, type TestGraph, type Topic } from '../../test/test-graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph();
});
afterAll(() => graph.close());

const accept = { accept: 'text/event-stream' };

async function open(query: string, lastEventId?: string) {
  const headers = lastEventId === undefined ? accept : { ...accept, 'last-event-id': lastEventId };
  return readEvents(await graph.post({ query }, headers));
}

async function firstCode(query: string, lastEventId: string): Promise<unknown> {
  const events = await open(query, lastEventId);
  const { value } = await events.next();
  expect((await events.next()).value).toMatchObject({ event: 'complete' });
  return (JSON.parse(value?.data ?? '') as GraphQLAnswer).errors?.[0]?.extensions['code'];
}

describe('an event has its cursor as its id', () => {
  test.each([
    ['passes byte for byte', 'subscription { ask(input: {question: "Why?"}) { text cursor } }'],
    ['goes through the executor', 'subscription { followed(topic: "a") { text cursor author { name } } }'],
    [
      'is within a fragment',
      'subscription { ask(input: {question: "Why?"}) { ... on GenerationEvent { cursor } } }',
    ],
  ])('where it %s', async (_way, query) => {
    const events = await open(query);
    const { queue } = await graph.chat.nextTopic();
    for (const cursor of ['c1', 'c2']) {
      queue.push({ text: 'one', cursor, author: 'ada' });
      expect((await events.next()).value).toMatchObject({ event: 'next', id: cursor });
    }
    queue.end();
    expect((await events.next()).value).toEqual({ event: 'complete', data: '' });
  });

  test.each([
    ['the field takes no `after`', 'subscription { said(topic: "a") { text cursor } }', 'c1'],
    ['the cursor is not asked for', 'subscription { followed(topic: "b") { text } }', 'c1'],
    ['something else has its name', 'subscription { followed(topic: "c") { cursor: text } }', 'c1'],
    [
      'it would not survive a header',
      'subscription { followed(topic: "d") { cursor } }',
      'c1\nevent: complete',
    ],
  ])('but none where %s', async (_why, query, cursor) => {
    const events = await open(query);
    const { queue } = await graph.chat.nextTopic();
    queue.push({ text: 'one', cursor });
    expect((await events.next()).value).not.toHaveProperty('id');
    queue.end();
    expect((await events.next()).value).toEqual({ event: 'complete', data: '' });
  });
});

describe('`Last-Event-ID`', () => {
  test.each([
    'subscription { ask(input: {question: "Why?"}) { cursor } }',
    'subscription { ask(input: {question: "Why?"}, after: "c0") { cursor } }',
    'subscription ($after: String = "c0") { ask(input: {question: "Why?"}, after: $after) { cursor } }',
  ])('is where the service goes on: %s', async (query) => {
    const events = await open(query, 'c7');
    const { args, queue } = await graph.chat.nextTopic();
    expect(args).toMatchObject({ after: 'c7', input: { question: 'Why?' } });
    queue.end();
    expect((await events.next()).value).toMatchObject({ event: 'complete' });
  });

  test('that is none of the service is refused by the code that `after` is refused by', async () => {
    const query = 'subscription { ask(input: {question: "Why?"}) { cursor } }';
    expect(await firstCode(query, 'nonsense')).toBe('INVALID_CURSOR');
  });

  test('of an operation that cannot go on is NOT_RESUMABLE, and nothing is asked of a service', async () => {
    const before = graph.chat.topics.length;
    for (const query of ['subscription { said(topic: "a") { cursor } }', '{ whoami }'])
      expect(await firstCode(query, 'c1')).toBe('NOT_RESUMABLE');
    expect(graph.chat.topics.length).toBe(before);
  });

  test('says nothing to what is no stream of events', async () => {
    const response = await graph.post({ query: '{ whoami }' }, { 'last-event-id': 'c1' });
    expect(await response.json()).toEqual({ data: { whoami: expect.stringContaining('of test') } });
  });
});

test("the standard's EventSource gets every event once, in order, though its connection is cut", async () => {
  const wire = await startTcpProxy(graph.gateway.port);
  const tokens = 30;
  /** A third on each connection, which is cut when all of it has come. */
  const say = ({ args, queue }: Topic): void => {
    const from = Number(args['after'] ?? 0);
    for (let token = from + 1; token <= from + tokens / 3; token += 1)
      queue.push({ text: `t${token}`, cursor: `${token}` });
    if (from + tokens / 3 === tokens) queue.end();
  };
  const search = new URLSearchParams({
    query: 'subscription { ask(input: {question: "Why?"}) { text cursor } }',
  });
  const source = new EventSource(`http://127.0.0.1:${wire.port}/graphql?${search}`, {
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'x-api-key': graph.key } }),
  });
  const texts: string[] = [];
  const complete = new Promise<void>((resolve) => source.addEventListener('complete', () => resolve()));
  source.addEventListener('next', ({ data }) => {
    const { ask } = (JSON.parse(data) as { data: { ask: { text: string } } }).data;
    texts.push(ask.text);
    if (texts.length === tokens || texts.length % (tokens / 3) > 0) return;
    wire.cut();
    wire.mend();
  });
  const resumedBehind: unknown[] = [];
  for (let connection = 0; connection < 3; connection += 1) {
    const topic = await graph.chat.nextTopic();
    resumedBehind.push(topic.args['after']);
    say(topic);
  }
  await complete;
  source.close();
  expect(texts).toEqual(Array.from({ length: tokens }, (_, index) => `t${index + 1}`));
  expect(resumedBehind).toEqual([undefined, '10', '20']);
  await wire.close();
});
