import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOperation } from '@fathom/schema/operations';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { newHome, type Product, removeHome, root, startProduct } from './product.ts';

/*
 * A hundred publishes of the supergraph, a hundred reloads of the gateway's settings and twenty promotions between two versions of
 * the model, while two hundred streams of a real model run. Each seat has a stream at any time: when it ends, the next begins.
 *
 *   seat 1   |started token token . token token completed|started token …
 *   seat 2   …token token token . completed|started . . . token …
 *   changes          ^from  to^          ^from  to^              each stream must have events on both sides of what it spans
 *
 * That what nobody streams from is freed object by object: gateway/src/supergraph/publishes.int.ts and gateway/src/reload/reload.int.ts.
 */
const seats = 200;
const changes = 100;
const promotionEvery = 5;
/** Other routes and timeouts, which is another snapshot of the graph; the reloads between change limits. */
const rerouteEvery = 10;
const slots = 32;
const patient = { timeout: 60_000 };
const mebibyte = 1024 * 1024;

let home: string;
let folder: string;
let supergraphFile: string;
let settingsFile: string;
let product: Product;

const settings = (number: number) => ({
  RATE_LIMIT_OPERATIONS: 1_000_000 + number,
  RATE_LIMIT_TENANT_OPERATIONS: 1_000_000,
  SUBGRAPH_FETCHES: { features: { queryTimeoutMs: 10_000 + Math.floor(number / rerouteEvery) } },
});

beforeAll(async () => {
  home = await newHome();
  folder = await mkdtemp(join(tmpdir(), 'fathom-publishes-'));
  supergraphFile = join(folder, 'graph', 'supergraph.graphql');
  supergraphFile = join(folder, 'supergraph.graphql');
  settingsFile = join(folder, 'settings.json');
  await writeFile(supergraphFile, await readFile(join(root, 'schema', 'supergraph.graphql')));
  await writeFile(settingsFile, JSON.stringify(settings(0)));
  product = await startProduct({
    home,
    env: {
      SUPERGRAPH_FILE: supergraphFile,
      SETTINGS_FILE: settingsFile,
      MAX_SEQUENCES: `${slots}`,
      // A tenant alone has the slots and half of the queue.
      MAX_QUEUED: `${3 * seats}`,
    },
  });
});

afterAll(async () => {
  await product?.stop();
  await removeHome(home);
  await rm(folder, { recursive: true, force: true });
});

interface GenerationEvent {
  readonly __typename: string;
  readonly sequence: number;
  readonly generation: { readonly id: string; readonly modelVersion?: { readonly id: string } };
  readonly text?: string;
}

/** Events with when each came: how many had come before it in all streams together. */
interface Stream {
  readonly events: GenerationEvent[];
  readonly at: number[];
}

/** What had come when a change was begun, and when it was in service. */
interface Change {
  readonly from: number;
  readonly to: number;
}

let received = 0;
let isEnding = false;
const streams: Stream[] = [];

async function sit(seat: number, client: ReturnType<typeof createClient>): Promise<void> {
  const query = readOperation('generate');
  for (let round = 0; !isEnding; round += 1) {
    const seed = seat + round * seats;
    const input = { prompt: 'What is the capital of', raw: true, temperature: 1.5, seed, maxTokens: 240 };
    const stream: Stream = { events: [], at: [] };
    streams.push(stream);
    for await (const { data, errors } of client.iterate<{ generate: GenerationEvent }>({
      query,
      variables: { input },
    })) {
      expect(errors).toBeUndefined();
      if (!data) continue;
      stream.events.push(data.generate);
      stream.at.push(received);
      received += 1;
    }
  }
}

async function promote(version: number): Promise<void> {
  const { moved } = await product.client.request<{ moved: { __typename: string } }, Record<string, unknown>>(
    readOperation('promote'),
    {
      input: {
        modelName: 'fathom-facts',
        alias: 'champion',
        versionId: `fathom-facts@${version}`,
        reason: 'a test',
      },
    },
  );
  expect(moved.__typename).toBe('AliasMove');
}

/** The graph and the settings in service, each by its hash; throws where the newest were refused. */
async function inService(): Promise<readonly string[]> {
  const text = await (await fetch(`${product.url}/readyz`)).text();
  expect(text).not.toContain('refused');
  const [, graph = ''] = /generation ([0-9a-f]{12})/.exec(text) ?? [];
  const [, current = ''] = /settings ([0-9a-f]{12})/.exec(text) ?? [];
  return [graph, current];
}

/** As config maps and careful editors do it: never half a file. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.next`, text);
  await rename(`${file}.next`, file);
}

async function heapOfGateway(): Promise<number> {
  const text = await (await fetch(`${product.url}/metrics`)).text();
  return Number(/^nodejs_heap_size_used_bytes\S* (\S+)/m.exec(text)?.[1]);
}

const spans = ({ at }: { readonly at: readonly number[] }, { from, to }: Change): boolean =>
  (at[0] ?? to) < from && (at.at(-1) ?? from) >= to;

const tokensOf = ({ events, at }: Stream) => ({
  at: at.filter((_, index) => events[index]?.__typename === 'TokenGenerated'),
});

test('streams of a real model lose, repeat and reorder nothing over publishes, promotions and reloads of settings', async () => {
  const exported = join(folder, 'facts');
  const fathom = (...args: readonly string[]) => product.fathom('models', ...args);
  expect(await fathom('export', 'fathom-facts@1', '--to', exported)).toMatchObject({ code: 0 });
  expect(await fathom('add', exported, '--name', 'fathom-facts')).toMatchObject({ code: 0 });

  const clients = Array.from({ length: 10 }, () =>
    createClient({
      url: `${product.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { apiKey: product.adminKey },
      retryAttempts: 0,
    }),
  );
  const heapBefore = await heapOfGateway();
  const seated = Array.from({ length: seats }, (_, seat) => sit(seat, clients[seat % clients.length]!));
  const failed = Promise.race(seated.map((seat) => seat.then(() => new Promise<never>(() => undefined))));
  /** Everybody sits, and some are at their second stream already. */
  await Promise.race([failed, expect.poll(() => streams.length, patient).toBeGreaterThan(seats + slots)]);

  const supergraph = await readFile(supergraphFile, 'utf8');
  const seen = [new Set<string>(), new Set<string>()];
  for (const [index, id] of (await inService()).entries()) seen[index]?.add(id);
  const made: Change[] = [];
  for (let number = 1; number <= changes; number += 1) {
    const from = received;
    await replace(supergraphFile, `${supergraph}\n# ${number}\n`);
    await replace(settingsFile, JSON.stringify(settings(number)));
    if (number % promotionEvery === 0) await promote(1 + ((number / promotionEvery) % 2));
    await expect
      .poll(async () => (await inService()).every((id, index) => !seen[index]?.has(id)), patient)
      .toBe(true);
    for (const [index, id] of (await inService()).entries()) seen[index]?.add(id);
    const to = received;
    made.push({ from, to });
    // Before, within and behind each change there are tokens.
    await Promise.race([failed, expect.poll(() => received, patient).toBeGreaterThan(to + slots)]);
  }
  isEnding = true;
  await Promise.all(seated);

  expect(seen.map(({ size }) => size)).toEqual([changes + 1, changes + 1]);
  for (const { events } of streams) {
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)?.__typename).toBe('GenerationCompleted');
  }
  // They were running: a seat is free only while its next stream is being opened.
  const open = made.map((change) => streams.filter((stream) => spans(stream, change)).length);
  const told = streams.map(tokensOf);
  const speaking = made.map((change) => told.filter((tokens) => spans(tokens, change)).length);
  console.log({
    streams: streams.length,
    received,
    open: Math.min(...open),
    speaking: Math.min(...speaking),
  });
  expect(Math.min(...open)).toBeGreaterThan(seats / 2);
  expect(Math.min(...speaking)).toBeGreaterThan(0);
  const versions = streams.flatMap(({ events }) =>
    events.map(({ generation }) => generation.modelVersion?.id),
  );
  expect(new Set(versions.filter((id) => id !== undefined))).toEqual(
    new Set(['fathom-facts@1', 'fathom-facts@2']),
  );
  // What the clients saw is what the platform has on record.
  for (const { events } of streams) {
    const { generation } = await product.client.request<
      { generation: { text: string } },
      Record<string, unknown>
    >('query ($id: ID!) { generation(id: $id) { text } }', { id: events[0]?.generation.id });
    expect(events.map(({ text = '' }) => text).join('')).toBe(generation.text);
  }
  // A hundred graphs that were kept would be gigabytes. The gateway collects its garbage as it answers.
  await expect.poll(heapOfGateway, patient).toBeLessThan(heapBefore + 192 * mebibyte);
  await Promise.all(clients.map((client) => client.dispose()));
}, 600_000);
