// Tokens a second of 1 to 32 concurrent streams on the engine, against @huggingface/transformers and a bare batch loop.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportModel } from '@fathom/neural/export/export-model';
import { createDecoderSession } from '@fathom/neural/serving/decoder-session';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import type { EngineDevice } from '../src/engine/engine-device.ts';
import {
  type BenchModel,
  defaultModel,
  generatedModel,
  greedy,
  loadInto,
  openDevice,
  runAll,
  threads,
  writeModel,
} from './engine-harness.ts';
import { measureTransformers, type PeerResult } from './transformers-peer.ts';

/*
 * Requests with different prompts, the likeliest token every time, fp32, the same threads. Each concurrency does all of
 * them: 1 is one after another, 32 is all at once. A round does each concurrency once, and the medians of the rounds are
 * compared. Three ways to compute: the engine on its own graph (the default path), the engine on the ONNX file that
 * @huggingface/transformers runs, and that library on it. The bare loop is a session of the engine's own graph that
 * decodes sixteen rows step by step in this process, with nothing around it.
 *
 * Two models: the default one, in which a step is so short that what is not the model's arithmetic weighs most, and one of
 * 105 million parameters with random weights. `npm run bench -- engine default` and `-- engine generated` measure one alone.
 */
const concurrencies = [1, 2, 4, 8, 16, 32] as const;
const maxTokens = 48;
const only = process.argv[2];

interface Plan {
  readonly subject: BenchModel;
  readonly requests: number;
  readonly rounds: number;
}

interface Sample {
  readonly tokensPerSecond: number;
  readonly busy: number;
}

interface Measured {
  readonly name: string;
  readonly engine: ReadonlyMap<number, Sample>;
  readonly onOnnxFile: ReadonlyMap<number, Sample>;
  readonly bareLoop: number;
  readonly peer: PeerResult;
  readonly memoryBytes: number;
  readonly bandwidthShare: number;
}

const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-engine-'));
const base = await defaultModel();
const plans: Plan[] = only === 'generated' ? [] : [{ subject: base, requests: 32, rounds: 3 }];
if (only !== 'default') plans.push({ subject: generatedModel(base.model), requests: 32, rounds: 1 });
const measured: Measured[] = [];
for (const plan of plans) measured.push(await measure(plan));
await rm(folder, { recursive: true });

printMachine();
printTable(
  ['model', 'streams', 'engine tokens/s', 'busy %', 'on the ONNX file', 'transformers', 'engine of it'],
  measured.flatMap(({ name, engine, onOnnxFile, peer }) =>
    concurrencies.map((concurrency) => {
      const own = engine.get(concurrency);
      const theirs = peerRate(peer, concurrency);
      return [
        name,
        concurrency,
        Math.round(own?.tokensPerSecond ?? Number.NaN),
        Math.round(100 * (own?.busy ?? Number.NaN)),
        shown(onOnnxFile.get(concurrency)?.tokensPerSecond),
        shown(theirs),
        theirs === undefined ? '' : Number(((own?.tokensPerSecond ?? Number.NaN) / theirs).toFixed(2)),
      ];
    }),
  ),
);
process.stdout.write('\n');
printTable(
  ['model', 'bare loop of 16, tokens/s', 'engine memory, MB', 'of memory bandwidth at 1 stream, %'],
  measured.map(({ name, bareLoop, memoryBytes, bandwidthShare }) => [
    name,
    Math.round(bareLoop),
    Math.round(memoryBytes / 1e6),
    Math.round(100 * bandwidthShare),
  ]),
);
process.stdout.write('\n');
for (const { name, engine, bareLoop, peer } of measured) {
  const of = (concurrency: number): number => engine.get(concurrency)?.tokensPerSecond ?? Number.NaN;
  if (peer.kind === 'unavailable') process.stdout.write(`no @huggingface/transformers: ${peer.because}\n`);
  else {
    // Its calls wait for each other, so its best is the best of one after another and several at once.
    const best = Math.max(...peer.tokensPerSecond.values());
    const alone = peer.tokensPerSecond.get(1) ?? Number.NaN;
    printBound({
      name: `${name}-16-streams-of-transformers`,
      measured: of(16) / best,
      required: 8,
      direction: 'at-least',
    });
    printBound({
      name: `${name}-1-stream-of-transformers`,
      measured: of(1) / alone,
      required: 1,
      direction: 'at-least',
    });
  }
  printBound({
    name: `${name}-16-streams-of-bare-loop`,
    measured: of(16) / bareLoop,
    required: 0.9,
    direction: 'at-least',
  });
  printBound({
    name: `${name}-device-busy-at-16`,
    measured: engine.get(16)?.busy ?? Number.NaN,
    required: 0.92,
    direction: 'at-least',
  });
}

async function measure({ subject, requests, rounds }: Plan): Promise<Measured> {
  const { name, model } = subject;
  const prompts = Array.from({ length: requests }, (_, index) =>
    model.tokenizer.encode(`${index} years ago, when nobody thought of it, a king said`),
  );
  const own = await writeModel(folder, subject);
  const exported = join(folder, 'exported', name);
  await exportModel(exported, model, { layout: 'hugging-face', precisions: ['fp32'] });

  const engine = openDevice({ maxSequences: 32, prefixSlots: 0 });
  await loadInto(engine, name, own);
  const byConcurrency = await measureDevice(engine, { name, prompts, rounds, of: concurrencies });
  const { memoryBytes } = engine.snapshot();
  await engine.close();

  const onFile = openDevice({ maxSequences: 16, prefixSlots: 0 });
  await loadInto(onFile, name, exported);
  const onOnnxFile = await measureDevice(onFile, { name, prompts, rounds: 1, of: [1, 16] });
  await onFile.close();

  const peer = await measureTransformers({
    modelsFolder: join(folder, 'exported'),
    model: name,
    prompts: prompts.slice(0, 16),
    maxTokens,
    threads,
    concurrencies: [1, 4],
    rounds,
  });
  let elements = 0;
  for (const { data } of model.weights.values()) elements += data.length;
  const alone = byConcurrency.get(1)?.tokensPerSecond ?? Number.NaN;
  return {
    name,
    engine: byConcurrency,
    onOnnxFile,
    peer,
    memoryBytes,
    bareLoop: await measureBareLoop(subject, prompts.slice(0, 16), rounds),
    bandwidthShare: (alone * elements * 4) / copiedBytesPerSecond(),
  };
}

interface DevicePlan {
  readonly name: string;
  readonly prompts: readonly (readonly number[])[];
  readonly rounds: number;
  readonly of: readonly number[];
}

async function measureDevice(
  device: EngineDevice,
  { name, prompts, rounds, of }: DevicePlan,
): Promise<ReadonlyMap<number, Sample>> {
  const samples = new Map(
    of.map((concurrency) => [concurrency, { rates: [] as number[], busy: [] as number[] }]),
  );
  const round = async (which: number, concurrency: number): Promise<Sample> => {
    const requests = prompts.map((promptTokens, index) =>
      greedy({ id: `${which}-${concurrency}-${index}`, lane: name, promptTokens, maxTokens }),
    );
    const startedAt = performance.now();
    const done = await runAll(device, requests, concurrency);
    const elapsedMs = performance.now() - startedAt;
    const tokens = done.reduce((sum, finished) => sum + finished.tokens, 0);
    if (tokens !== prompts.length * maxTokens) throw new Error(`${name}: a stream ended early`);
    const deviceMs = done.reduce((sum, { end }) => sum + end.deviceMs, 0);
    return { tokensPerSecond: (1_000 * tokens) / elapsedMs, busy: deviceMs / elapsedMs };
  };
  await round(-1, Math.max(...of));
  for (let which = 0; which < rounds; which += 1) {
    for (const [concurrency, { rates, busy }] of samples) {
      const sample = await round(which, concurrency);
      rates.push(sample.tokensPerSecond);
      busy.push(sample.busy);
    }
  }
  return new Map(
    [...samples].map(([concurrency, { rates, busy }]) => [
      concurrency,
      { tokensPerSecond: quantile(rates, 0.5), busy: quantile(busy, 0.5) },
    ]),
  );
}

/** Sixteen rows prefilled one after another, then decoded together, the likeliest token every time. */
async function measureBareLoop(
  { model }: BenchModel,
  prompts: readonly (readonly number[])[],
  rounds: number,
): Promise<number> {
  const { config, weights } = model;
  const maxSlots = prompts.length;
  const session = await createDecoderSession({
    config,
    weights,
    maxSlots,
    capacity: config.maxPositions,
    precision: 'fp32',
    threads,
  });
  const slots = prompts.map((_, slot) => slot);
  const rates: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const startedAt = performance.now();
    const tokens: number[] = [];
    for (const [slot, prompt] of prompts.entries())
      tokens.push(likeliest(await session.prefill({ slot, tokens: prompt, startPosition: 0 })));
    for (let step = 1; step < maxTokens; step += 1) {
      const lengths = prompts.map((prompt) => prompt.length + step - 1);
      const logits = await session.decode({ slots, tokens, lengths });
      for (const slot of slots)
        tokens[slot] = likeliest(
          logits.subarray(slot * config.vocabularySize, (slot + 1) * config.vocabularySize),
        );
    }
    if (round >= 0) rates.push((1_000 * maxSlots * maxTokens) / (performance.now() - startedAt));
  }
  await session.release();
  return quantile(rates, 0.5);
}

function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id += 1) if ((logits[id] ?? 0) > (logits[best] ?? 0)) best = id;
  return best;
}

/** What one thread reads and writes when it copies: about what there is for reading weights. */
function copiedBytesPerSecond(): number {
  const bytes = 256 * 1024 * 1024;
  const [from, to] = [Buffer.alloc(bytes, 1), Buffer.alloc(bytes)];
  from.copy(to);
  const startedAt = performance.now();
  for (let round = 0; round < 4; round += 1) from.copy(to);
  return (4 * 2 * bytes * 1_000) / (performance.now() - startedAt);
}

function peerRate(peer: PeerResult, concurrency: number): number | undefined {
  return peer.kind === 'measured' ? peer.tokensPerSecond.get(concurrency) : undefined;
}

function shown(rate: number | undefined): string {
  return rate === undefined ? '' : String(Math.round(rate));
}
