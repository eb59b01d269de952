import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOperation } from '@fathom/schema/operations';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { newHome, type Product, removeHome, root, startProduct } from './product.ts';

/*
 * A hundred changes, while two hundred streams of a real model run: publishes of the supergraph, reloads of the gateway's settings, and
 * promotions between two versions of the model. Each seat has a stream at any time: when it ends, the next begins.
 *
 *   seat 1   |started token token . token token completed|started token …
 *   seat 2   …token token token . completed|started . . . token …
 *   changes          ^from  to^          ^from  to^              streams that span a change have events before it and behind it
 *
 * A hundred publishes and a hundred reloads in a row, and that each graph which nobody streams from is freed:
 * gateway/src/supergraph/publishes.int.ts and gateway/src/reload/reload.int.ts.
 */
const seats = 200;
const round = ['publish', 'reload', 'publish', 'reload', 'promotion'] as const;
const changes = 100;
/** Other timeouts of a service, which is another snapshot of the graph; the reloads between change limits. */
const rerouteEvery = 10;
const slots = 16;
const maxTokens = 300;
/** `eos_token_id` of the default model. */
const endOfText = 3;
const patient = { timeout: 60_000 };

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
/** The stream that each seat has, and how to leave it. */
const seatedAt: Stream[] = [];
const rise: (() => void)[] = [];
const streams: Stream[] = [];

async function sit(seat: number, client: ReturnType<typeof createClient>): Promise<void> {
  const query = readOperation('generate');
  for (let turn = 0; !isEnding; turn += 1) {
    const seed = seat + turn * seats;
    const input = {
      prompt: 'What is the capital of',
      raw: true,
      temperature: 1.5,
      seed,
      maxTokens,
      // It would come to an end behind the first answer.
      logitBias: [{ tokenId: endOfText, bias: -100 }],
    };
    const stream: Stream = { events: [], at: [] };
    streams.push(stream);
    seatedAt[seat] = stream;
    const results = client.iterate<{ generate: GenerationEvent }>({ query, variables: { input } });
    rise[seat] = () => void results.return?.();
    for await (const { data, errors } of results) {
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
async function inService(): Promise<{ readonly graph: string; readonly settings: string }> {
  const text = await (await fetch(`${product.url}/readyz`)).text();
  expect(text).not.toContain('refused');
  const [, graph = ''] = /generation ([0-9a-f]{12})/.exec(text) ?? [];
  const [, current = ''] = /settings ([0-9a-f]{12})/.exec(text) ?? [];
  return { graph, settings: current };
}

/** The engine takes what the others leave: it is not what is tested here, and would take all cores. */
async function giveWay(service: string): Promise<void> {
  const pid = await product.pidOf(service);
  for (const thread of await readdir(`/proc/${pid}/task`)) setPriority(Number(thread), 19);
}

/** As config maps and careful editors do it: never half a file. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.next`, text);
  await rename(`${file}.next`, file);
}

async function heldSnapshots(): Promise<number> {
  const text = await (await fetch(`${product.url}/metrics`)).text();
  return Number(/^fathom_gateway_supergraph_snapshots\S* (\S+)/m.exec(text)?.[1]);
}

const tokensOf = ({ events, at }: Stream): Pick<Stream, 'at'> => ({
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
  await giveWay('inference');
  const seated = Array.from({ length: seats }, (_, seat) => sit(seat, clients[seat % clients.length]!));
  const failed = Promise.race(seated.map((seat) => seat.then(() => new Promise<never>(() => undefined))));
  /** Everybody sits, and some are at their second stream already. */
  await Promise.race([failed, expect.poll(() => streams.length, patient).toBeGreaterThan(seats + slots)]);

  const supergraph = await readFile(supergraphFile, 'utf8');
  const seen = { graph: new Set<string>(), settings: new Set<string>() };
  /** Resolves when one is in service that never was before. */
  async function awaitNew(of: keyof typeof seen): Promise<void> {
    await expect.poll(async () => seen[of].has((await inService())[of]), patient).toBe(false);
    seen[of].add((await inService())[of]);
  }
  await awaitNew('graph');
  await awaitNew('settings');
  const made: Change[] = [];
  for (let number = 1; number <= changes; number += 1) {
    const from = received;
    switch (round[number % round.length]) {
      case 'publish':
        await replace(supergraphFile, `${supergraph}\n# ${number}\n`);
        await awaitNew('graph');
        break;
      case 'reload':
        await replace(settingsFile, JSON.stringify(settings(number)));
        await awaitNew('settings');
        break;
      default:
        await promote(1 + ((Math.floor(number / round.length) + 1) % 2));
    }
    const to = received;
    made.push({ from, to });
    // Between one change and the next there are events.
    await Promise.race([failed, expect.poll(() => received, patient).toBeGreaterThan(to + slots)]);
  }
  isEnding = true;
  for (const leave of rise) leave();
  await Promise.all(seated);

  const count = (kind: (typeof round)[number]) =>
    (changes / round.length) * round.filter((other) => other === kind).length;
  expect([seen.graph.size, seen.settings.size]).toEqual([1 + count('publish'), 1 + count('reload')]);
  for (const { events } of streams) {
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  }
  // All have come to their end but those that were left, each by its seat, when all was over.
  const left = streams.filter(({ events }) => events.at(-1)?.__typename !== 'GenerationCompleted');
  expect(left.filter((stream) => !seatedAt.includes(stream))).toEqual([]);
  // They were running when each change was begun and when it was in service: all seats but those whose next stream was being
  // opened. And of the streams that the engine had in its slots, tokens came before and behind.
  const told = streams.map(tokensOf);
  for (const moment of made.flatMap(({ from, to }) => [from, to])) {
    const begun = streams.filter(({ at }) => (at[0] ?? moment) < moment);
    const open = begun.filter((stream) => left.includes(stream) || (stream.at.at(-1) ?? 0) >= moment);
    expect(open.length).toBeGreaterThan(0.8 * seats);
    const speaking = told.filter(({ at }) => (at[0] ?? moment) < moment && (at.at(-1) ?? 0) >= moment);
    expect(speaking.length).toBeGreaterThan(slots / 4);
  }
  const versions = streams.flatMap(({ events }) =>
    events.map(({ generation }) => generation.modelVersion?.id),
  );
  expect(new Set(versions.filter((id) => id !== undefined))).toEqual(
    new Set(['fathom-facts@1', 'fathom-facts@2']),
  );
  // What the clients saw is what the platform has on record.
  async function expectOnRecord(stream: Stream): Promise<void> {
    const { events } = stream;
    // Of a queue's end, which was left before anything was said.
    if (events.length === 0) return;
    const { generation } = await product.client.request<
      { generation: { text: string } },
      Record<string, unknown>
    >('query ($id: ID!) { generation(id: $id) { text } }', { id: events[0]?.generation.id });
    const text = events.map((event) => event.text ?? '').join('');
    expect(generation.text.startsWith(text)).toBe(true);
    if (!left.includes(stream)) expect(text).toBe(generation.text);
  }
  for (let first = 0; first < streams.length; first += 50)
    await Promise.all(streams.slice(first, first + 50).map(expectOnRecord));
  // Of all these graphs, the one in service is held.
  await expect.poll(heldSnapshots, patient).toBe(1);
  await Promise.all(clients.map((client) => client.dispose()));
}, 600_000);
