/** One model, one set of weights and batches, written once, and trainers that each take steps on them when told to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { initializeLlama } from '@fathom/neural/architectures/llama-parameters';
import type { ModelConfig } from '@fathom/neural/models/model-config';
import { createRandom } from '@fathom/neural/random';
import { hugePages } from '@fathom/neural/runtime/huge-pages';
import type { Batch } from '@fathom/neural/training/batch';
import { writeSafetensors } from '@fathom/neural/weights/safetensors';
import type { Tensor } from '@fathom/neural/weights/tensor';

export const batchSize = 8;
export const sequenceLength = 256;
/** Tokens of the segments that rows are packed of. */
const segmentTokens = { least: 20, most: 80 };
export const tokensPerStep = batchSize * sequenceLength;
const batchCount = 8;

/** The default model's shape: 2.2 million parameters. */
export const config: ModelConfig = {
  vocabularySize: 2048,
  hiddenSize: 192,
  layers: 4,
  heads: 6,
  keyValueHeads: 6,
  headSize: 32,
  intermediateSize: 512,
  maxPositions: sequenceLength,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.02,
};
export const optimizer = {
  learningRate: 1e-3,
  betas: [0.9, 0.95] as const,
  epsilon: 1e-8,
  weightDecay: 0.1,
  maxGradientNorm: 1,
};

/** Rows of packed segments of 20 to 80 tokens, in which every token follows from the one before. */
export function batchAt(index: number): Batch {
  const random = createRandom(7, index);
  const batch = {
    inputIds: new BigInt64Array(tokensPerStep),
    targets: new BigInt64Array(tokensPerStep),
    lossWeights: new Float32Array(tokensPerStep).fill(1),
    segmentIds: new BigInt64Array(tokensPerStep),
    positions: new BigInt64Array(tokensPerStep),
    tokens: tokensPerStep,
  };
  let [segment, position, length, token] = [0, 0, 0, 0];
  for (let at = 0; at < tokensPerStep; at += 1) {
    if (at % sequenceLength === 0 || position === length) {
      segment = at % sequenceLength === 0 ? 1 : segment + 1;
      const { least, most } = segmentTokens;
      [position, length] = [0, least + random.below(most - least + 1)];
      token = random.below(config.vocabularySize);
    }
    const next = (token * 5 + 3) % config.vocabularySize;
    batch.inputIds[at] = BigInt(token);
    batch.targets[at] = BigInt(next);
    batch.segmentIds[at] = BigInt(segment);
    batch.positions[at] = BigInt(position);
    token = next;
    position += 1;
  }
  return batch;
}
export const batches = Array.from({ length: batchCount }, (_, index) => batchAt(index));

/** Taken from the data, as the service takes it from a run's examples. */
export const longestSegment =
  1 + batches.reduce((most, { positions }) => Math.max(most, ...Array.from(positions, Number)), 0);

/** What PyTorch reads. Whole numbers are written as float32, which holds them exactly. */
export async function writeContest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-training-'));
  await writeSafetensors(join(folder, 'weights.safetensors'), initializeLlama(config, 1));
  const dims = [batchSize, sequenceLength];
  const grid = (data: BigInt64Array): Tensor => ({ dims, data: Float32Array.from(data, Number) });
  await writeSafetensors(
    join(folder, 'batches.safetensors'),
    new Map(
      batches.flatMap((batch, index): [string, Tensor][] => [
        [`${index}.input_ids`, grid(batch.inputIds)],
        [`${index}.segment_ids`, grid(batch.segmentIds)],
        [`${index}.positions`, grid(batch.positions)],
        [`${index}.targets`, grid(batch.targets)],
        [`${index}.loss_weights`, { dims, data: batch.lossWeights }],
      ]),
    ),
  );
  await writeFile(join(folder, 'run.json'), JSON.stringify({ config, optimizer, batches: batchCount }));
  return folder;
}

export interface Taken {
  readonly losses: readonly number[];
  readonly milliseconds: readonly number[];
  /** Of resident memory, the process's own and its workers'; null where the system does not say. */
  readonly peakBytes: number | null;
}

/** A process that waits between its steps, so that the contestants take turns on an otherwise idle machine. */
export class Contestant {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(
    name: string,
    command: string,
    options: { readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> },
  ) {
    this.name = name;
    const env = { ...process.env, ...options.env };
    this.#child = spawn(command, options.args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#reader = createInterface({ input: this.#child.stdout! });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  static async ours(name: string, options: { threads: number; workers?: number }): Promise<Contestant> {
    const entry = fileURLToPath(new URL('./processes/trainer.ts', import.meta.url));
    const loader = ['--conditions=development', '--import', 'tsx', entry];
    return Contestant.#started(
      new Contestant(name, process.execPath, {
        args: [...loader, JSON.stringify(options)],
        env: hugePages,
      }),
    );
  }

  static async pyTorch(name: string, options: { python: string; folder: string; threads: number }) {
    const program = fileURLToPath(new URL('./pytorch/train.py', import.meta.url));
    const args = [program, options.folder, String(options.threads)];
    return Contestant.#started(new Contestant(name, options.python, { args, env: hugePages }));
  }

  static async #started(contestant: Contestant): Promise<Contestant> {
    await contestant.#answer();
    return contestant;
  }

  async take(steps: number): Promise<Taken> {
    this.#child.stdin!.write(`${JSON.stringify({ steps })}\n`);
    return (await this.#answer()) as Taken;
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin!.end();
    await ended;
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.name} ended before it answered`);
    return JSON.parse(value) as unknown;
  }
}
