/**
 * Streams whose connection is cut a thousand times by a proxy in a process of its own, at bytes drawn at random, over each
 * transport: every token once, in order.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CuttingProxy, startCuttingProxy } from '../../test/cutting-proxy.ts';
import { type ReaderCounts, readResuming } from '../../test/resuming-reader.ts';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { createFathomClient } from '../client.ts';

const cuts = 1_000;
/** What is said on each connection is more than what a connection that is cut lets through. */
const maxBytes = 6_000;
const tokensAtOnce = 60;
const textOf = (token: number): string => `t${token} ${'x'.repeat(100 + (token % 50))}`;

let graph: TestGraph;
beforeAll(async () => {
  const unlimited = 1_000_000_000;
  graph = await startTestGraph({
    rateLimit: { operationsPerWindow: unlimited, operationsPerTenantWindow: unlimited, windowMs: 10_000 },
  });
});
afterAll(() => graph.close());

const query =
  'subscription ($input: AskInput!, $after: String) { ask(input: $input, after: $after) { text cursor generation { id } } }';
type Asked = { readonly ask: { readonly text: string } };

interface Cut {
  readonly proxy: CuttingProxy;
  readonly http: ReaderCounts;
  /** By one client, across all its connections. */
  readonly received: readonly string[];
}

/** Says a few tokens on each connection, behind the cursor that it asks for, and ends when one of them came through whole. */
async function receive(
  seed: number,
  open: (url: string, http: ReaderCounts) => AsyncIterable<Asked>,
): Promise<Cut> {
  const proxy = await startCuttingProxy({ targetPort: graph.gateway.port, cuts, maxBytes, seed });
  const http = { lost: 0, withinEvent: 0 };
  const received: string[] = [];
  let end: () => void = () => undefined;
  let lastSaid = Number.POSITIVE_INFINITY;
  let isDone = false;
  const saying = (async () => {
    for (;;) {
      const { args, queue } = await graph.chat.nextTopic();
      if (isDone) return;
      const from = typeof args['after'] === 'string' ? Number(args['after']) : 0;
      for (let token = from + 1; token <= from + tokensAtOnce; token += 1)
        queue.push({ text: textOf(token), cursor: `${token}` });
      lastSaid = from + tokensAtOnce;
      end = () => queue.end();
    }
  })();
  for await (const { ask } of open(`http://127.0.0.1:${proxy.port}`, http)) {
    received.push(ask.text);
    if (received.length === lastSaid) end();
  }
  isDone = true;
  // The one that waits for another connection takes this one.
  const last = graph.client().iterate({ query: 'subscription { said(topic: "a") { text } }' });
  void last.next();
  await saying;
  await last.return?.();
  return { proxy, http, received };
}

async function expectWhole({ proxy, received }: Cut): Promise<void> {
  const counts = await proxy.counts();
  await proxy.close();
  expect(counts.cuts).toBe(cuts);
  // Every part of a connection was cut in.
  expect(Math.min(counts.withinRequest, counts.withinStream)).toBeGreaterThan(cuts / 100);
  expect(received.length).toBeGreaterThan(cuts);
  expect(received).toEqual(Array.from({ length: received.length }, (_, index) => textOf(index + 1)));
}

describe('hands out every token exactly once, in order, across a thousand cuts at random bytes', () => {
  test('the client library, over WebSockets', async () => {
    const cut = await receive(7, (url) =>
      createFathomClient({ url, apiKey: graph.key, reconnectDelayMs: 1, maxAttempts: 100 }).stream<
        Asked,
        Record<string, unknown>
      >(query, { input: { question: 'Why?' } }),
    );
    await expectWhole(cut);
  }, 300_000);

  test.each(['server-sent events', 'server-sent events with ids', 'multipart'] as const)(
    'a reader of %s',
    async (kind) => {
      const options = { key: graph.key, query, variables: { input: { question: 'Why?' } } };
      const cut = await receive(
        11,
        (url, http) =>
          readResuming(kind, { url, ...options }, http) as AsyncIterable<unknown> as AsyncIterable<Asked>,
      );
      expect(cut.http.withinEvent).toBeGreaterThan(cuts / 10);
      await expectWhole(cut);
    },
    300_000,
  );
});
