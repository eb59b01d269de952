/**
 * A hundred publishes while two hundred streams run: each stream ends on the supergraph it began on, with every event
 * once and in order, and what nobody streams from any more is freed.
 */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectGarbage } from '../../test/collect-garbage.ts';
import { readEvents } from '../../test/sse-client.ts';
import {
  chatSdl,
  composeTestSupergraph,
  type GraphQLAnswer,
  peopleSdl,
  startTestGraph,
  type TestGraph,
  type Topic,
} from '../../test/test-graph.ts';
import type { Snapshot } from './snapshot.ts';

const running = 200;
const publishes = 100;
/** Streams that end, and as many that begin, at each publish: so all were replaced when the last one comes. */
const replacedAtEach = running / publishes;
const eventsAtEach = 2;

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph({
    rateLimit: { operationsPerWindow: 1_000_000, operationsPerTenantWindow: 1_000_000, windowMs: 1_000 },
  });
});
afterAll(() => graph.close());

interface RunningStream {
  readonly topic: Topic;
  readonly snapshot: WeakRef<Snapshot>;
  sent: number;
  /** All texts, once the stream has ended. */
  readonly received: Promise<readonly string[]>;
}

const queries = [
  // Byte for byte, over a WebSocket and over server-sent events; then through the executor, over both.
  'subscription { said(topic: "a") { text } }',
  'subscription { said(topic: "a") { text author { name } } }',
] as const;

const clients: ReturnType<TestGraph['client']>[] = [];

/** The next of a row that goes through both ways of an event and both transports. */
async function begin(number: number): Promise<RunningStream> {
  const query = queries[number % queries.length] ?? '';
  const topic = graph.chat.nextTopic();
  const received = number % 4 < 2 ? overWebSocket(number, query) : overSse(query);
  const opened = await topic;
  return {
    topic: opened,
    snapshot: new WeakRef(graph.gateway.supergraph.current()),
    sent: 0,
    received,
  };
}

async function overWebSocket(number: number, query: string): Promise<readonly string[]> {
  // Ten streams on each socket.
  const place = Math.floor((number % running) / 20);
  const client = clients[place] ?? graph.client();
  clients[place] = client;
  const texts: string[] = [];
  for await (const result of client.iterate({ query })) texts.push(textOf(result as GraphQLAnswer));
  return texts;
}

async function overSse(query: string): Promise<readonly string[]> {
  const texts: string[] = [];
  const response = await graph.post({ query }, { accept: 'text/event-stream' });
  for await (const { event, data } of readEvents(response))
    if (event === 'next') texts.push(textOf(JSON.parse(data) as GraphQLAnswer));
  return texts;
}

function textOf({ data, errors }: GraphQLAnswer): string {
  const said = data?.['said'] as { readonly text: string; readonly author?: { readonly name: string } };
  if (errors || (said.author && said.author.name !== 'Ada'))
    throw new Error(JSON.stringify({ data, errors }));
  return said.text;
}

function say(streams: Iterable<RunningStream>): void {
  for (const stream of streams)
    for (let index = 0; index < eventsAtEach; index += 1)
      stream.topic.queue.push({ text: String(stream.sent++), author: 'ada' });
}

async function expectWhole(stream: RunningStream): Promise<void> {
  stream.topic.queue.end();
  const received = await stream.received;
  expect(received).toEqual(Array.from({ length: stream.sent }, (_, index) => String(index)));
}

const composed = composeTestSupergraph({
  chat: chatSdl,
  people: peopleSdl.replace('shy: String', 'shy: String published: String'),
});

async function publish(name: string): Promise<string> {
  await writeFile(graph.supergraphFile, composed.replaceAll(' published: String', ` ${name}: String`));
  return graph.gateway.supergraph.reload();
}

async function alive(snapshots: Iterable<WeakRef<Snapshot>>): Promise<number> {
  await collectGarbage();
  return [...snapshots].filter((snapshot) => snapshot.deref()).length;
}

test('loses, repeats and reorders no event of 200 streams across 100 publishes, and frees what they leave', async () => {
  const streams: RunningStream[] = [];
  for (let number = 0; number < running; number += 1) streams.push(await begin(number));
  const generations: WeakRef<Snapshot>[] = [new WeakRef(graph.gateway.supergraph.current())];
  await collectGarbage();
  const heapBefore = process.memoryUsage().heapUsed;

  for (let number = 1; number <= publishes; number += 1) {
    // Events before, during and behind the publish, also where it is one that does not load or changes nothing.
    say(streams);
    const published = publish(`published${number}`);
    say(streams);
    expect(await published).toBe('reloaded');
    if (number % 10 === 0) {
      const refused = publish('published: String } type Broken {');
      say(streams);
      expect(await refused).toBe('refused');
      expect(await publish(`published${number}`)).toBe('unchanged');
    }
    generations.push(new WeakRef(graph.gateway.supergraph.current()));
    expect((await graph.query('{ __type(name: "Person") { fields { name } } }')).data).toMatchObject({
      __type: { fields: expect.arrayContaining([{ name: `published${number}` }]) },
    });
    for (const ended of streams.splice(0, replacedAtEach)) await expectWhole(ended);
    for (let index = 0; index < replacedAtEach; index += 1)
      streams.push(await begin(running + number * replacedAtEach + index));
  }

  // Two streams on each of the hundred generations but the first, which nobody streams from any more.
  expect(streams.map(({ snapshot }) => snapshot.deref()?.inUse)).toEqual(streams.map(() => replacedAtEach));
  await expect.poll(() => alive(generations.slice(0, 1))).toBe(0);
  say(streams);
  for (const stream of streams) await expectWhole(stream);
  await expect.poll(() => alive(generations)).toBe(1);
  const held = graph.metrics.gauge({ name: 'fathom_gateway_supergraph_snapshots', help: '' });
  expect((await held.get()).values[0]?.value).toBe(1);
  const heapAfter = process.memoryUsage().heapUsed;
  expect(heapAfter - heapBefore).toBeLessThan(16 * 1024 * 1024);
});
