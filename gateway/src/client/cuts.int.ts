/** A stream whose connection is cut a thousand times, at random, by a proxy that resets it as a kernel would. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../../test/tcp-proxy.ts';
import { startTestGraph, type TestGraph, type Topic } from '../../test/test-graph.ts';
import { createFathomClient, type FathomClient } from '../client.ts';

let graph: TestGraph;
let wire: TcpProxy;
let client: FathomClient;
beforeAll(async () => {
  graph = await startTestGraph({
    rateLimit: { operationsPerWindow: 1_000_000, operationsPerTenantWindow: 1_000_000, windowMs: 10_000 },
  });
  wire = await startTcpProxy(graph.gateway.port);
  client = createFathomClient({
    url: `http://127.0.0.1:${wire.port}`,
    apiKey: graph.key,
    reconnectDelayMs: 1,
  });
});
afterAll(async () => {
  await client.close();
  await wire.close();
  await graph.close();
});

const cuts = 1_000;
const lastTokens = 20;

/** Numerical Recipes' generator: the same cuts in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('hands out every token exactly once, in order, across a thousand cuts at random', async () => {
  const random = createRandom(7);
  let cutsLeft = cuts;
  /** The token after whose receipt the wire is cut. */
  let cutAt = 0;
  let last = Number.POSITIVE_INFINITY;

  function cut(): void {
    cutsLeft -= 1;
    wire.cut();
    wire.mend();
  }

  /** Says some tokens behind the cursor; some of them reach the client before the next cut, some do not. */
  function say({ args, queue }: Topic): void {
    const from = typeof args['after'] === 'string' ? Number(args['after']) : 0;
    if (cutsLeft === 0) {
      last = from + lastTokens;
      for (let token = from + 1; token <= last; token += 1)
        queue.push({ text: `t${token}`, cursor: `${token}` });
      queue.end();
      return;
    }
    const said = random(7);
    for (let token = from + 1; token <= from + said; token += 1)
      queue.push({ text: `t${token}`, cursor: `${token}` });
    if (said === 0) cut();
    else cutAt = from + 1 + random(said);
  }

  let done = false;
  const saying = (async () => {
    while (!done) {
      const topic = await graph.chat.nextTopic();
      say(topic);
    }
  })();

  const received: string[] = [];
  for await (const { ask } of client.stream<{ ask: { text: string } }, Record<string, unknown>>(
    'subscription ($input: AskInput!, $after: String) { ask(input: $input, after: $after) { text cursor generation { id } } }',
    { input: { question: 'Why?' } },
  )) {
    received.push(ask.text);
    if (received.length === cutAt) cut();
    if (received.length === last) done = true;
  }
  expect(cutsLeft).toBe(0);
  expect(received).toEqual(Array.from({ length: last }, (_, index) => `t${index + 1}`));
  expect(received.length).toBeGreaterThan(cuts);
  void saying;
}, 300_000);
