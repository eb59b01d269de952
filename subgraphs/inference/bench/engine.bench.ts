// Tokens a second of 1 to 32 concurrent streams on the engine, against @huggingface/transformers and a bare batch loop.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDecoderSession, type DecoderSession } from '@fathom/neural/serving/decoder-session';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import type { EngineDevice } from '../src/engine/engine-device.ts';
import { type FilePrecision, writeFileForBoth } from '../src/testing/file-for-both.ts';
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
import { flopsOfToken, productFlopsPerSecond } from './product-speed.ts';
import { measureTransformers, type PeerResult } from './transformers-peer.ts';

/*
 * Requests with different prompts, the likeliest token every time, the same threads: 32 of them where 16 or 32 run at once, half
 * as many where fewer do. Prompts are computed within the time that is measured. A round does each concurrency once, and the medians of the rounds are compared.
 *
 * Both engines run one and the same ONNX file (`file-for-both.ts`), in fp32 and, of the large model, in int8. Beside it
 * stands the engine on the graph that it writes itself from safetensors, which is its default path. The bare loop is a session
 * of that graph that decodes sixteen rows step by step in this process, with nothing around it; it and the engine take turns,
 * and the ratio is the median of their turns, since the machine's speed changes within a minute.
 *
 * What no engine can exceed stands beside: reading the weights once a token bounds one stream (`copiedBytesPerSecond`), and
 * multiplying by them bounds sixteen (`product-speed.ts`).
 *
 * Two models: the default one, in which a step is so short that what is not the model's arithmetic weighs most, and one of
 * 105 million parameters with random weights. `npm run bench -- engine default` and `-- engine generated` measure one alone,
 * `-- engine generated int8` one file alone, `-- engine generated int8 48` answers of another length.
 */
const concurrencies = [1, 2, 4, 8, 16, 32] as const;
const [only, onlyPrecision, tokens = '128'] = process.argv.slice(2);
/** Behind prompts of some twenty: a short answer of an assistant, and about what engines are usually compared by (32 in, 128 out). */
const maxTokens = Number(tokens);
const requests = 32;
/** Of the engine and the bare loop, one after the other. */
const turns = 5;

interface Plan {
  readonly subject: BenchModel;
  readonly precisions: readonly FilePrecision[];
  readonly rounds: number;
}

interface Sample {
  readonly tokensPerSecond: number;
  readonly busy: number;
}

/** One model in one precision. */
interface Measured {
  readonly name: string;
  readonly ownGraph: ReadonlyMap<number, Sample>;
  readonly sameFile: ReadonlyMap<number, Sample>;
  readonly bareLoop: BareLoop;
  readonly peer: PeerResult;
  readonly memoryBytes: number;
  readonly bandwidthShare: number;
  /** Of one large product in the same precision. */
  readonly productFlops: number;
  /** Tokens a second that products at that speed leave room for, all else for nothing. */
  readonly arithmeticLimit: number;
}

interface BareLoop {
  readonly tokensPerSecond: number;
  /** Of the engine, in turns with it. */
  readonly engineShare: number;
}

const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-engine-'));
const base = await defaultModel();
const plans: Plan[] = only === 'generated' ? [] : [{ subject: base, precisions: ['fp32'], rounds: 3 }];
if (only !== 'default')
  plans.push({ subject: generatedModel(base.model), precisions: ['fp32', 'int8'], rounds: 1 });
const measured: Measured[] = [];
for (const { subject, precisions, rounds } of plans)
  for (const precision of precisions)
    if (onlyPrecision === undefined || precision === onlyPrecision)
      measured.push(await measure({ subject, precision, rounds }));
await rm(folder, { recursive: true });

printMachine();
printTable(
  [
    'model',
    'streams',
    'own graph, tokens/s',
    'busy %',
    'same file',
    'transformers',
    'same file of its best',
    'own graph of its best',
    'own graph of it at as many',
  ],
  measured.flatMap(({ name, ownGraph, sameFile, peer }) =>
    concurrencies.map((concurrency) => {
      const [own, same] = [ownGraph.get(concurrency), sameFile.get(concurrency)];
      return [
        name,
        concurrency,
        shown(own?.tokensPerSecond),
        own ? Math.round(100 * own.busy) : '',
        shown(same?.tokensPerSecond),
        shown(peerRate(peer, concurrency)),
        ratio(same?.tokensPerSecond, bestOf(peer, concurrency)),
        ratio(own?.tokensPerSecond, bestOf(peer, concurrency)),
        ratio(own?.tokensPerSecond, peerRate(peer, concurrency)),
      ];
    }),
  ),
);
process.stdout.write('\n');
printTable(
  [
    'model',
    'bare loop of 16, tokens/s',
    'engine memory, MB',
    'of memory bandwidth at 1 stream, %',
    'one large product, GFLOP/s',
    'tokens/s that arithmetic alone allows',
    'reached at 16, %',
  ],
  measured.map(({ name, bareLoop, memoryBytes, bandwidthShare, productFlops, arithmeticLimit, ownGraph }) => [
    name,
    Math.round(bareLoop.tokensPerSecond),
    Math.round(memoryBytes / 1e6),
    Math.round(100 * bandwidthShare),
    Math.round(productFlops / 1e9),
    Math.round(arithmeticLimit),
    Math.round((100 * (ownGraph.get(16)?.tokensPerSecond ?? Number.NaN)) / arithmeticLimit),
  ]),
);
process.stdout.write('\n');
for (const { name, ownGraph, sameFile, bareLoop, peer } of measured) {
  const onFile = (concurrency: number): number => sameFile.get(concurrency)?.tokensPerSecond ?? Number.NaN;
  const atLeast = (what: string, value: number, required: number): void =>
    printBound({ name: `${name}-${what}`, measured: value, required, direction: 'at-least' });
  if (peer.kind === 'unavailable') process.stdout.write(`no @huggingface/transformers: ${peer.because}\n`);
  else {
    atLeast('16-streams-of-transformers', onFile(16) / (bestOf(peer, 16) ?? Number.NaN), 8);
    atLeast('1-stream-of-transformers', onFile(1) / (bestOf(peer, 1) ?? Number.NaN), 1);
  }
  atLeast('16-streams-of-bare-loop', bareLoop.engineShare, 0.9);
  atLeast('device-busy-at-16', ownGraph.get(16)?.busy ?? Number.NaN, 0.92);
}

/** Its calls wait for each other, so its best at many streams is the best of one after another and several at once. */
function bestOf(peer: PeerResult, streams: number): number | undefined {
  const [alone, several] = [peerRate(peer, 1), peerRate(peer, 4)];
  return streams === 1 || alone === undefined ? alone : Math.max(alone, several ?? alone);
}

async function measure({
  subject,
  precision,
  rounds,
}: {
  readonly subject: BenchModel;
  readonly precision: FilePrecision;
  readonly rounds: number;
}): Promise<Measured> {
  const { model } = subject;
  const name = `${subject.name}-${precision}`;
  const prompts = Array.from({ length: requests }, (_, index) =>
    model.tokenizer.encode(`${index} years ago, when nobody thought of it, a king said`),
  );
  const own = await writeModel(folder, subject);
  const file = join(folder, 'files', name);
  await writeFileForBoth(file, model, precision);

  const engine = openDevice({ maxSequences: 32, prefixSlots: 0, precision });
  await loadInto(engine, name, own);
  const of = precision === 'fp32' ? concurrencies : ([1, 16] as const);
  const ownGraph = await measureDevice(engine, { name, prompts, rounds, of });
  const { memoryBytes } = engine.snapshot();
  const bareLoop = await measureBareLoop(subject, { name, precision, prompts, engine });
  await engine.close();

  const onFile = openDevice({ maxSequences: 16, prefixSlots: 0, precision });
  await loadInto(onFile, name, file);
  const sameFile = await measureDevice(onFile, { name, prompts, rounds, of: [1, 16] });
  await onFile.close();

  const peer = await measureTransformers({
    modelsFolder: join(folder, 'files'),
    model: name,
    precision,
    prompts: prompts.slice(0, 16),
    maxTokens,
    threads,
    concurrencies: [1, 4, 16],
    rounds,
  });
  let elements = 0;
  for (const { data } of model.weights.values()) elements += data.length;
  const productFlops = await productFlopsPerSecond({ precision, threads });
  const alone = ownGraph.get(1)?.tokensPerSecond ?? Number.NaN;
  return {
    name,
    ownGraph,
    sameFile,
    peer,
    memoryBytes,
    bareLoop,
    productFlops,
    arithmeticLimit: productFlops / flopsOfToken(model),
    bandwidthShare: (alone * elements * (precision === 'fp32' ? 4 : 1)) / copiedBytesPerSecond(),
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
  const round = (which: number, concurrency: number): Promise<Sample> =>
    measureRound(device, { name, prompts, which, concurrency });
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

async function measureRound(
  device: EngineDevice,
  options: Pick<DevicePlan, 'name' | 'prompts'> & {
    readonly which: number | string;
    readonly concurrency: number;
  },
): Promise<Sample> {
  const { name, prompts, which, concurrency } = options;
  const started = concurrency >= 16 ? prompts : prompts.slice(0, prompts.length / 2);
  const toRun = started.map((promptTokens, index) =>
    greedy({ id: `${which}-${concurrency}-${index}`, lane: name, promptTokens, maxTokens }),
  );
  const startedAt = performance.now();
  const done = await runAll(device, toRun, concurrency);
  const elapsedMs = performance.now() - startedAt;
  const tokens = done.reduce((sum, finished) => sum + finished.tokens, 0);
  if (tokens !== toRun.length * maxTokens) throw new Error(`${name}: a stream ended early`);
  const deviceMs = done.reduce((sum, { end }) => sum + end.deviceMs, 0);
  return { tokensPerSecond: (1_000 * tokens) / elapsedMs, busy: deviceMs / elapsedMs };
}

async function measureBareLoop(
  { model }: BenchModel,
  options: {
    readonly name: string;
    readonly precision: FilePrecision;
    readonly prompts: readonly (readonly number[])[];
    readonly engine: EngineDevice;
  },
): Promise<BareLoop> {
  const { name, precision, prompts, engine } = options;
  const { config, weights } = model;
  const sixteen = prompts.slice(0, 16);
  const session = await createDecoderSession({
    config,
    weights,
    maxSlots: sixteen.length,
    capacity: config.maxPositions,
    precision,
    threads,
  });
  await decodeTogether(session, sixteen);
  const [rates, shares]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1) {
    const bare = [await decodeTogether(session, sixteen), await decodeTogether(session, sixteen)];
    const rate = (2 * bare[0]! * bare[1]!) / (bare[0]! + bare[1]!);
    const which = `turn-${turn}`;
    const { tokensPerSecond } = await measureRound(engine, { name, prompts, which, concurrency: 16 });
    rates.push(rate);
    shares.push(tokensPerSecond / rate);
  }
  await session.release();
  return { tokensPerSecond: quantile(rates, 0.5), engineShare: quantile(shares, 0.5) };
}

/** Tokens a second of sixteen rows begun in one run, then decoded together, the likeliest token every time. */
async function decodeTogether(
  session: DecoderSession,
  prompts: readonly (readonly number[])[],
): Promise<number> {
  const slots = prompts.map((_, slot) => slot);
  const startedAt = performance.now();
  await session.prefillTogether({ slots, tokens: prompts });
  for (let step = 1; step < maxTokens; step += 1) {
    const tokens = [...session.summaries.likeliest.subarray(0, slots.length)];
    await session.decode({ slots, tokens, lengths: prompts.map(({ length }) => length + step - 1) });
  }
  return (1_000 * slots.length * maxTokens) / (performance.now() - startedAt);
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

function ratio(rate: number | undefined, of: number | undefined): number | string {
  return rate === undefined || of === undefined ? '' : Number((rate / of).toFixed(2));
}
