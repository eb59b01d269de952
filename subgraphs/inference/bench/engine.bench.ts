// Tokens a second of 1, 4, 8 and 16 concurrent streams on the engine, against the same requests one after another.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLlama } from '@fathom/neural/architectures/llama-parameters';
import { loadModelFolder, type ModelFolder, writeModelFolder } from '@fathom/neural/models/model-folder';
import { ChatTemplate, questionAnswerTokens } from '@fathom/neural/tokenizers/chat-template';
import { createLogger } from '@fathom/platform/logging';
import { repositoryRoot } from '@fathom/platform/repository';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { EngineDevice } from '../src/engine/engine-device.ts';
import type { EngineRequest } from '../src/engine/protocol.ts';
import { startWorkerThread } from '../src/engine/worker-thread.ts';
import { env as envSchema } from '../src/env.ts';
import { writeTinyModel } from '../src/testing/tiny-model.ts';

/*
 * One engine worker with the product's own settings; sixteen requests with different prompts, 64 tokens each, the
 * likeliest token every time. Each concurrency does all sixteen: 1 is one after another, 16 is all at once. A round
 * does each concurrency once, and the medians of the rounds are compared. Two models: the default one, in which a step
 * is so short that what is not the model's arithmetic weighs most, and one of 20 million parameters with random
 * weights. Both get a copy whose end token is one that they never say, for the default model's answers are too short
 * to measure by.
 */
const concurrencies = [1, 4, 8, 16] as const;
const requestCount = 16;
const maxTokens = 64;
const rounds = 3;
const { DEVICE_THREADS, MAX_SEQUENCES, PREFILL_TOKENS_PER_STEP, MODEL_PRECISION, MAX_CONTEXT_LENGTH } =
  envSchema.shape;

interface Measured {
  readonly model: string;
  /** By concurrency, tokens a second and the share of the time in which the device computed. */
  readonly results: ReadonlyMap<number, { readonly tokensPerSecond: number; readonly busy: number }>;
}

const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-engine-'));
const shipped = join(repositoryRoot(), 'subgraphs', 'training', 'models', 'fathom-facts');
const hasShipped = existsSync(join(shipped, 'model.safetensors'));
const base = await loadModelFolder(hasShipped ? shipped : await writeTinyModel());
const measured: Measured[] = [];
if (hasShipped) measured.push(await measure('fathom-facts', base));
measured.push(await measure('generated-20m', generated(base)));
await rm(folder, { recursive: true });

printMachine();
printTable(
  [
    `model, ${requestCount} requests of ${maxTokens} tokens`,
    'streams',
    'tokens/s',
    'of one by one',
    'device busy %',
  ],
  measured.flatMap(({ model, results }) =>
    [...results].map(([concurrency, { tokensPerSecond, busy }]) => [
      model,
      concurrency,
      Math.round(tokensPerSecond),
      Number((tokensPerSecond / (results.get(1)?.tokensPerSecond ?? Number.NaN)).toFixed(2)),
      Number((100 * busy).toFixed(1)),
    ]),
  ),
);
process.stdout.write(
  '\nNot compared with @huggingface/transformers: it runs the Hugging Face ONNX layout (past_key_values.N.key to present.N.key),\n' +
    "and shared/neural writes ONNX only in the engine's own layout, whose cache is updated in place (serving/decoder-graph.ts).\n",
);
for (const { model, results } of measured) {
  const of = (concurrency: number) => results.get(concurrency)?.tokensPerSecond ?? Number.NaN;
  printBound({
    name: `${model}-16-streams-of-sequential`,
    measured: of(16) / of(1),
    required: 8,
    direction: 'at-least',
  });
}
for (const { model, results } of measured)
  printBound({
    name: `${model}-device-busy-at-16`,
    measured: results.get(16)?.busy ?? Number.NaN,
    required: 0.92,
    direction: 'at-least',
  });

/** 20 million parameters, with the tokenizer of the other model. */
function generated({ config, ...rest }: ModelFolder): ModelFolder {
  const larger = {
    ...config,
    hiddenSize: 512,
    layers: 6,
    heads: 8,
    keyValueHeads: 8,
    headSize: 64,
    intermediateSize: 1_376,
  };
  return { ...rest, config: larger, weights: initializeLlama(larger, 1) };
}

async function measure(model: string, parts: ModelFolder): Promise<Measured> {
  const copy = join(folder, model);
  const neverSaid = questionAnswerTokens[0];
  const chatTemplate = new ChatTemplate({
    source: parts.chatTemplate.source,
    stopTokens: [neverSaid],
    padToken: neverSaid,
  });
  await writeModelFolder(copy, { ...parts, chatTemplate });
  const device = openDevice();
  const loaded = await device.load({ type: 'load', versionId: model, folder: copy });
  if (loaded.kind === 'failed') throw new Error(`${loaded.code}: ${loaded.message}`);
  const encode = (text: string) => parts.tokenizer.encode(text);

  const samples = concurrencies.map((concurrency) => ({
    concurrency,
    rates: [] as number[],
    busy: [] as number[],
  }));
  for (let round = -1; round < rounds; round += 1) {
    for (const { concurrency, rates, busy } of samples) {
      const requests = Array.from({ length: requestCount }, (_, index) =>
        requestOf({ model, index, round: `${round}-${concurrency}`, encode }),
      );
      const startedAt = performance.now();
      const { tokens, deviceMs } = await runAll(device, requests, concurrency);
      const elapsedMs = performance.now() - startedAt;
      if (tokens !== requestCount * maxTokens) throw new Error(`${model}: a stream ended early (${tokens})`);
      // The first round warms up.
      if (round < 0) continue;
      rates.push((1_000 * tokens) / elapsedMs);
      busy.push(deviceMs / elapsedMs);
    }
  }
  await device.close();
  const results = new Map(
    samples.map(({ concurrency, rates, busy }) => [
      concurrency,
      { tokensPerSecond: quantile(rates, 0.5), busy: quantile(busy, 0.5) },
    ]),
  );
  return { model, results };
}

function openDevice(): EngineDevice {
  return new EngineDevice({
    id: 'cpu-0',
    worker: {
      threads: DEVICE_THREADS.parse(undefined),
      maxSequences: MAX_SEQUENCES.parse(undefined),
      prefillTokensPerStep: PREFILL_TOKENS_PER_STEP.parse(undefined),
      precision: MODEL_PRECISION.parse(undefined),
      maxContextLength: MAX_CONTEXT_LENGTH.parse(undefined),
    },
    maxQueued: requestCount,
    startWorker: startWorkerThread,
    logger: createLogger({ service: 'bench', level: 'warn' }),
  });
}

interface RequestParts {
  readonly model: string;
  readonly index: number;
  readonly round: string;
  readonly encode: (text: string) => number[];
}

function requestOf({ model, index, round, encode }: RequestParts): EngineRequest {
  return {
    id: `${round}-${index}`,
    lane: model,
    promptTokens: encode(`Once upon a time, in year ${index} of the reign of a king,`),
    priorTokens: [],
    maxTokens,
    sampling: { temperature: 0, topK: 0, topP: 1, seed: index },
    stopStrings: [],
  };
}

interface Work {
  readonly tokens: number;
  readonly deviceMs: number;
}

/** All requests, so many at once. */
async function runAll(
  device: EngineDevice,
  requests: readonly EngineRequest[],
  concurrency: number,
): Promise<Work> {
  const left = [...requests];
  const done: Work[] = [];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let next = left.shift(); next; next = left.shift()) done.push(await run(device, next));
    }),
  );
  return done.reduce((sum, { tokens, deviceMs }) => ({
    tokens: sum.tokens + tokens,
    deviceMs: sum.deviceMs + deviceMs,
  }));
}

function run(device: EngineDevice, request: EngineRequest): Promise<Work> {
  return new Promise((resolve, reject) => {
    let tokens = 0;
    device.submit(request, {
      admitted: () => undefined,
      token: () => {
        tokens += 1;
      },
      ended: (end) =>
        end.kind === 'finished'
          ? resolve({ tokens, deviceMs: end.deviceMs })
          : reject(new Error(end.message)),
    });
  });
}
