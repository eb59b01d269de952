import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../models/model-config.ts';
import { createRandom } from '../../random.ts';
import type { Batch } from '../batch.ts';
import type { NewRun, ResumedRun } from '../run.ts';
import { createTrainer, type Trainer } from '../trainer.ts';

const config: ModelConfig = {
  vocabularySize: 37,
  hiddenSize: 16,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  headSize: 8,
  intermediateSize: 24,
  maxPositions: 16,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.2,
};
const run: NewRun = {
  config,
  batchSize: 8,
  sequenceLength: 12,
  microBatches: 4,
  dropout: 0.1,
  optimizer: { learningRate: 0.01, weightDecay: 0.1 },
  schedule: { kind: 'cosine', warmupSteps: 3, totalSteps: 20 },
  seed: 5,
  threads: 2,
};
const stepCount = 6;

function batchAt(step: number): Batch {
  const random = createRandom(99, step);
  const size = run.batchSize * run.sequenceLength;
  const draw = (bound: number) => BigInt64Array.from({ length: size }, () => BigInt(random.below(bound)));
  return {
    inputIds: draw(37),
    targets: draw(37),
    lossWeights: Float32Array.from({ length: size }, () => random.below(3) / 2),
    segmentIds: new BigInt64Array(size).fill(1n),
    positions: BigInt64Array.from({ length: size }, (_, at) => BigInt(at % run.sequenceLength)),
    tokens: size,
  };
}

let folder: string;
const trainers: Trainer[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-data-parallel-'));
});
afterEach(async () => {
  for (const trainer of trainers.splice(0)) await trainer.release();
  await rm(folder, { recursive: true });
});

async function open(options: NewRun | ResumedRun): Promise<Trainer> {
  const trainer = await createTrainer(options);
  trainers.push(trainer);
  return trainer;
}

async function curve(trainer: Trainer, until = stepCount) {
  const points: { loss: number; gradientNorm: number }[] = [];
  while (trainer.step < until) {
    const { loss, gradientNorm } = await trainer.trainStep(batchAt(trainer.step));
    points.push({ loss, gradientNorm });
  }
  return points;
}

describe('data-parallel training', () => {
  it('gives the losses and the state of one worker, to the bit, and those of the uncut batch within rounding', async () => {
    const alone = await open(run);
    const expected = await curve(alone);
    for (const workers of [2, 4]) {
      const together = await open({ ...run, dataParallel: { workers } });
      expect(together.workerPids).toHaveLength(workers - 1);
      expect(await curve(together)).toEqual(expected);
      expect(together.stateSha256()).toBe(alone.stateSha256());
    }
    const whole = await curve(await open({ ...run, microBatches: 1 }));
    whole.forEach(({ loss, gradientNorm }, at) => {
      expect(Math.abs(expected[at]!.loss / loss - 1)).toBeLessThan(1e-5);
      expect(Math.abs(expected[at]!.gradientNorm / gradientNorm - 1)).toBeLessThan(1e-4);
    });
  });

  it('replaces a worker that is killed, at any moment, and reaches the same state as undisturbed', async () => {
    const alone = await open(run);
    const expected = await curve(alone);
    const lost: { worker: number; how: string }[] = [];
    const together = await open({
      ...run,
      dataParallel: { workers: 2, onReplaced: (what) => lost.push(what) },
    });
    const before = await curve(together, 2);
    process.kill(together.workerPids[0]!, 'SIGKILL');
    const middle = await curve(together, 4);
    // In the middle of a step: the request is under way already.
    const step = together.trainStep(batchAt(4));
    process.kill(together.workerPids[0]!, 'SIGKILL');
    const { loss, gradientNorm } = await step;
    const rest = await curve(together);
    expect([...before, ...middle, { loss, gradientNorm }, ...rest]).toEqual(expected);
    expect(together.stateSha256()).toBe(alone.stateSha256());
    expect(lost).toEqual(Array(2).fill({ worker: 1, how: 'ended by SIGKILL' }));
  });

  it('goes on from a checkpoint with another number of workers, to the same state', async () => {
    const alone = await open(run);
    await curve(alone);
    const together = await open({ ...run, dataParallel: { workers: 4 } });
    await curve(together, 3);
    await together.saveCheckpoint(join(folder, 'step-3'));
    for (const workers of [1, 2]) {
      const resumed = await open({ checkpoint: join(folder, 'step-3'), dataParallel: { workers } });
      await curve(resumed);
      expect(resumed.stateSha256()).toBe(alone.stateSha256());
    }
  });

  it('leaves no worker behind', async () => {
    const together = await createTrainer({ ...run, dataParallel: { workers: 2 } });
    await curve(together, 1);
    const [pid] = together.workerPids;
    await together.release();
    expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
  });

  it.each([
    [{ dataParallel: { workers: 3 } }, '3 workers are not a power of two'],
    [{ microBatches: 2, dataParallel: { workers: 4 } }, '2 parts do not divide over 4 workers'],
    [{ microBatches: 8, batchSize: 4 }, '4 rows do not divide into 8 parts'],
  ])('refuses %j by name', async (more, message) => {
    await expect(createTrainer({ ...run, ...more })).rejects.toThrow(message);
  });
});
