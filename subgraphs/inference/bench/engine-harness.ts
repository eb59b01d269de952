/** The engine as the benchmarks run it: a worker with the product's own settings, models whose streams never end early. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { initializeLlama } from '@fathom/neural/architectures/llama-parameters';
import { loadModelFolder, type ModelFolder, writeModelFolder } from '@fathom/neural/models/model-folder';
import { ChatTemplate, questionAnswerTokens } from '@fathom/neural/tokenizers/chat-template';
import { createLogger } from '@fathom/platform/logging';
import { repositoryRoot } from '@fathom/platform/repository';
import type { Device } from '../src/devices/device.ts';
import { processor } from '../src/devices/processor.ts';
import { EngineDevice } from '../src/engine/engine-device.ts';
import type { EngineRequest, WorkerOptions } from '../src/engine/protocol.ts';
import type { DeviceEnd } from '../src/engine/request-in-flight.ts';
import { startWorker } from '../src/engine/start-worker.ts';
import { env as envSchema } from '../src/env.ts';
import { writeTinyModel } from '../src/testing/tiny-model.ts';

const { DEVICE_THREADS, MAX_SEQUENCES, PREFILL_TOKENS_PER_STEP, PREFIX_CACHE_SLOTS, MAX_CONTEXT_LENGTH } =
  envSchema.shape;

export const threads = DEVICE_THREADS.parse(undefined);

/** The product's settings on the processor, in fp32, unless told otherwise. */
export function openDevice(
  overrides: Partial<WorkerOptions> & { readonly maxQueued?: number; readonly device?: Device } = {},
): EngineDevice {
  const { maxQueued = 1_000, threads: count = threads, device, ...worker } = overrides;
  return new EngineDevice({
    device: device ?? processor({ threads: count }),
    worker: {
      maxSequences: MAX_SEQUENCES.parse(undefined),
      prefillTokensPerStep: PREFILL_TOKENS_PER_STEP.parse(undefined),
      prefixSlots: PREFIX_CACHE_SLOTS.parse(undefined),
      precision: 'fp32',
      maxContextLength: MAX_CONTEXT_LENGTH.parse(undefined),
      ...worker,
    },
    maxQueued,
    startWorker,
    logger: createLogger({ service: 'bench', level: 'warn' }),
  });
}

export async function loadInto(device: EngineDevice, versionId: string, folder: string): Promise<void> {
  const loaded = await device.load({ type: 'load', versionId, folder });
  if (loaded.kind === 'failed') throw new Error(`${loaded.code}: ${loaded.message}`);
}

export interface BenchModel {
  readonly name: string;
  readonly model: ModelFolder;
}

/** The default model, or a tiny one where its weights are not there. */
export async function defaultModel(): Promise<BenchModel> {
  const shipped = join(repositoryRoot(), 'subgraphs', 'training', 'models', 'fathom-facts');
  const isThere = existsSync(join(shipped, 'model.safetensors'));
  const model = await loadModelFolder(isThere ? shipped : await writeTinyModel());
  return { name: isThere ? 'fathom-facts' : 'tiny', model: endless(model) };
}

/** A Llama of 105 million parameters with random weights and the tokenizer of another model. */
export function generatedModel({ config, ...rest }: ModelFolder): BenchModel {
  const larger = {
    ...config,
    hiddenSize: 768,
    layers: 14,
    heads: 12,
    keyValueHeads: 12,
    headSize: 64,
    intermediateSize: 2_048,
    maxPositions: 512,
  };
  return {
    name: 'generated-100m',
    model: endless({ ...rest, config: larger, weights: initializeLlama(larger, 1) }),
  };
}

/** With an end token that it never says: the default model's answers are too short to measure by. */
function endless(model: ModelFolder): ModelFolder {
  const neverSaid = questionAnswerTokens[0];
  const { source } = model.chatTemplate;
  const eosTokenId = model.tokenizer.tokenId(neverSaid);
  if (eosTokenId === undefined) throw new Error(`the tokenizer has no ${neverSaid}`);
  return {
    ...model,
    config: { ...model.config, eosTokenId },
    chatTemplate: new ChatTemplate({ source, stopTokens: [neverSaid], padToken: neverSaid }),
  };
}

export async function writeModel(folder: string, { name, model }: BenchModel): Promise<string> {
  const path = join(folder, name);
  await writeModelFolder(path, model);
  return path;
}

export interface Finished {
  readonly tokens: number;
  readonly end: DeviceEnd;
  /** Milliseconds from submission to the first token, and between tokens. */
  readonly firstTokenMs: number;
  readonly betweenMs: readonly number[];
}

export function run(
  device: EngineDevice,
  request: EngineRequest,
  onToken?: (tokenId: number) => void,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const submittedAt = performance.now();
    const times: number[] = [];
    device.submit(request, {
      admitted: () => undefined,
      token({ tokenId }) {
        times.push(performance.now());
        onToken?.(tokenId);
      },
      ended(end) {
        if (end.kind === 'failed' && end.code !== 'DEADLINE_EXCEEDED') return reject(new Error(end.message));
        resolve({
          tokens: times.length,
          end,
          firstTokenMs: (times[0] ?? Number.NaN) - submittedAt,
          betweenMs: times.slice(1).map((time, index) => time - (times[index] ?? time)),
        });
      },
    });
  });
}

/** All requests, so many at once. */
export async function runAll(
  device: EngineDevice,
  requests: readonly EngineRequest[],
  concurrency: number,
): Promise<readonly Finished[]> {
  const left = [...requests];
  const done: Finished[] = [];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let next = left.shift(); next; next = left.shift()) done.push(await run(device, next));
    }),
  );
  return done;
}

export function greedy(
  request: Pick<EngineRequest, 'id' | 'lane' | 'promptTokens' | 'maxTokens'>,
): EngineRequest {
  return {
    ...request,
    priorTokens: [],
    sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
    stopStrings: [],
  };
}
