/* Versions and adapters that are exchanged under streams that go on meanwhile, until the test ends them. */
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { engineRequest, type Run, run } from './testing/engine-run.ts';
import { type Harness, startHarness } from './testing/inference-harness.ts';
import { type TinyModelOptions, writeTinyAdapter, writeTinyModel } from './testing/tiny-model.ts';

const database = useTestDatabase();
/** Room for streams that go on as long as any of these tests takes. */
const size: TinyModelOptions = { maxPositions: 16_384, isEndless: true };
let folders: readonly string[];
let adapters: readonly string[];
let harness: Harness;

beforeAll(async () => {
  folders = [await writeTinyModel({ ...size, seed: 1 }), await writeTinyModel({ ...size, seed: 2 })];
  const { tokenizer } = await loadModelFolder(folders[0]!);
  const { vocabularySize } = tokenizer;
  adapters = await Promise.all([5, 6].map((seed) => writeTinyAdapter({ ...size, vocabularySize, seed })));
});

async function start(): Promise<void> {
  const admin = await database.open();
  await admin.query('drop schema if exists inference, broker, streams, cache cascade');
  await admin.close();
  harness = await startHarness({
    databaseUrl: database.url,
    settings: { maxContextLength: size.maxPositions ?? 0, maxSequences: 8, prefixSlots: 0 },
  });
}
afterEach(() => harness.close());

interface Stream extends Run {
  readonly versionId: string;
}

let numbers = 0;

/** As a generation does it: the version that its name leads to, held until the stream has ended. */
async function stream(model: string, prompt: readonly number[], maxTokens = 16_000): Promise<Stream> {
  const { deployments, pool } = harness.inference;
  const route = deployments.route(model, { tenant: 'test', beginning: '' });
  if (route.kind !== 'version') throw new Error(`${model} is ${route.kind}.`);
  const acquired = await deployments.acquire(route.versionId);
  if (acquired.kind !== 'ready') throw new Error(acquired.detail);
  const { lane, adapter } = acquired.model;
  const sampling = { temperature: 0, topK: 0, topP: 1, seed: 0 };
  const promptTokens = [1, ...prompt, 2];
  const running = run(
    pool,
    engineRequest(`s${numbers++}`, { lane, adapter, promptTokens, sampling, maxTokens }),
  );
  void running.ended.finally(acquired.release);
  return Object.assign(running, { versionId: route.versionId });
}

async function end({ request, ended }: Stream): Promise<void> {
  harness.inference.pool.cancel(request.id);
  expect(await ended).toMatchObject({ kind: 'finished', reason: 'CANCELLED' });
}

const resident = (): readonly string[] =>
  [...(harness.inference.pool.devices[0]?.snapshot().loaded ?? [])].sort();
const statusOf = async (versionId: string) => {
  const [row] = await harness.inference.models.deploymentsByVersions('test', [versionId]);
  return { status: row?.status, memoryBytes: Number(row?.memoryBytes) };
};
const idsOf = ({ tokens }: Run): readonly number[] => tokens.map(({ tokenId }) => tokenId);

/** The tokens that the stream's version gives where nothing else runs and nothing is exchanged. */
async function undisturbed(disturbed: Stream, model: string): Promise<readonly number[]> {
  const [, ...rest] = disturbed.request.promptTokens;
  const again = await stream(model, rest.slice(0, -1), disturbed.tokens.length);
  await again.ended;
  return idsOf(again);
}

const kinds = [
  [
    'a version',
    {
      others: [] as readonly string[],
      first: () => harness.register('tiny@2', folders[0]!),
      second: () => harness.register('tiny@3', folders[1]!),
    },
  ],
  [
    'an adapter',
    {
      others: ['tiny@1'],
      first: async () => {
        await harness.register('tiny@1', folders[0]!);
        await harness.register('tiny@2', adapters[0]!, { parentVersionId: 'tiny@1' });
      },
      second: () => harness.register('tiny@3', adapters[1]!, { parentVersionId: 'tiny@1' }),
    },
  ],
] as const;

test.each(kinds)(
  "%s is exchanged under running streams: each ends on what it began with, and the last one's end frees it",
  {
    timeout: 120_000,
  },
  async (_, { first, second, others }) => {
    await start();
    await first();
    await harness.moveAlias('champion', 'tiny@2');
    await harness.deploymentIs('tiny@2', 'READY');
    const old = [await stream('tiny@champion', [40, 50]), await stream('tiny@champion', [60, 70, 80])];
    await Promise.all(old.map((one) => one.reached(5)));

    await second();
    await harness.moveAlias('champion', 'tiny@3');
    await harness.aliasServes('champion', 'tiny@3');
    const fresh = await stream('tiny@champion', [40, 50]);
    expect([...old, fresh].map(({ versionId }) => versionId)).toEqual(['tiny@2', 'tiny@2', 'tiny@3']);
    const before = old.map(({ tokens }) => tokens.length);
    await fresh.reached(20);
    await Promise.all(old.map((one, at) => one.reached((before[at] ?? 0) + 20)));
    await harness.deploymentIs('tiny@2', 'DRAINING');
    expect(resident()).toEqual([...others, 'tiny@2', 'tiny@3']);

    await end(old[0]!);
    const further = old[1]!.tokens.length + 20;
    await old[1]!.reached(further);
    expect(await statusOf('tiny@2')).toEqual({ status: 'DRAINING', memoryBytes: expect.any(Number) });
    expect((await statusOf('tiny@2')).memoryBytes).toBeGreaterThan(0);
    expect(resident()).toEqual([...others, 'tiny@2', 'tiny@3']);

    await end(old[1]!);
    await harness.deploymentIs('tiny@2', 'UNLOADED');
    expect(await statusOf('tiny@2')).toEqual({ status: 'UNLOADED', memoryBytes: 0 });
    expect(resident()).toEqual([...others, 'tiny@3']);
    await fresh.reached(fresh.tokens.length + 20);
    await end(fresh);

    expect(idsOf(fresh).slice(0, 20)).not.toEqual(idsOf(old[0]!).slice(0, 20));
    for (const one of old) expect(idsOf(one)).toEqual(await undisturbed(one, 'tiny@2'));
    expect(idsOf(fresh)).toEqual(await undisturbed(fresh, 'tiny@3'));
  },
);

test('the weights and the cache of a version that left are given back, not only struck from the list', {
  timeout: 120_000,
}, async () => {
  await start();
  const deviceBytes = async (): Promise<number> => {
    // What a device holds it tells with its steps.
    await (await stream('tiny@champion', [40], 4)).ended;
    return harness.inference.pool.devices[0]?.snapshot().memoryBytes ?? 0;
  };
  await harness.register('tiny@1', folders[0]!);
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
  const { memoryBytes } = await statusOf('tiny@1');
  const held = await stream('tiny@1', [50]);
  await harness.register('tiny@2', folders[1]!);
  await harness.moveAlias('champion', 'tiny@2');
  await harness.aliasServes('champion', 'tiny@2');
  const ofBoth = await deviceBytes();
  await end(held);
  await harness.deploymentIs('tiny@1', 'UNLOADED');
  // Beside the models it counts its heap, which is less than half of one of them.
  await expect
    .poll(async () => ofBoth - (await deviceBytes()), { timeout: 30_000 })
    .toBeGreaterThan(0.5 * memoryBytes);
});
