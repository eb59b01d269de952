// The time that a checkpoint takes from training: written durably, hashed, and read back.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLlama } from '@fathom/neural/architectures/llama-parameters';
import { createTrainer } from '@fathom/neural/training/trainer';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { batches, batchSize, config, optimizer, sequenceLength } from './contest.ts';

/*
 * Steps and checkpoints in turn, on the model of `training-throughput`. Training waits while a checkpoint is written
 * (parameters and both moments, SHA-256, fsync, rename). The bound is what a run of 50 steps a checkpoint, the service's
 * default, loses of its time.
 */
const rounds = 10;
const stepsPerCheckpoint = 50;
const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-checkpoint-'));
const trainer = await createTrainer({
  config,
  weights: initializeLlama(config, 1),
  batchSize,
  sequenceLength,
  optimizer,
  schedule: { kind: 'constant' },
  seed: 1,
});
const [steps, saves]: [number[], number[]] = [[], []];
const timed = async (into: number[], work: () => Promise<unknown>) => {
  const began = performance.now();
  await work();
  into.push(performance.now() - began);
};
await trainer.trainStep(batches[0]!);
for (let round = 0; round < rounds; round += 1) {
  await timed(steps, () => trainer.trainStep(batches[trainer.step % batches.length]!));
  await timed(saves, () => trainer.saveCheckpoint(join(folder, `step-${trainer.step}`)));
}
const last = join(folder, `step-${trainer.step}`);
const sizes = await Promise.all(
  (await readdir(last)).map(async (file) => (await stat(join(last, file))).size),
);
await trainer.release();
const resumes: number[] = [];
for (let round = 0; round < 3; round += 1) {
  await timed(resumes, async () => (await createTrainer({ checkpoint: last })).release());
}
await rm(folder, { recursive: true });

const median = (samples: readonly number[]) => quantile(samples, 0.5);
printMachine();
printTable(
  ['', 'median ms', 'slowest ms'],
  [
    ['a step', Math.round(median(steps)), Math.round(Math.max(...steps))],
    ['a checkpoint', Math.round(median(saves)), Math.round(Math.max(...saves))],
    ['read back, to the first step', Math.round(median(resumes)), Math.round(Math.max(...resumes))],
  ],
);
process.stdout.write(
  `\n${Math.round(sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20)} MB a checkpoint\n`,
);
printBound({
  name: 'checkpoint-share-of-training',
  measured: median(saves) / (median(steps) * stepsPerCheckpoint + median(saves)),
  required: 0.02,
  direction: 'at-most',
});
