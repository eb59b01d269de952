/** A disk that is really full while a checkpoint is written. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelConfig } from '@fathom/neural/models/model-config';
import { checkpointPath, resumeFromCheckpoint } from '@fathom/neural/training/checkpoint-folder';
import { trainingFailureCode } from '@fathom/neural/training/failure-code';
import { createTrainer } from '@fathom/neural/training/trainer';
import { fillDisk, smallDisk } from '@fathom/platform/testing/small-disk';
import { expect, it } from 'vitest';

const config: ModelConfig = {
  vocabularySize: 512,
  hiddenSize: 128,
  layers: 2,
  heads: 4,
  keyValueHeads: 4,
  headSize: 32,
  intermediateSize: 256,
  maxPositions: 32,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.02,
};

it('a full disk fails the checkpoint as STORAGE_FULL, leaves nothing of it, and the one before it resumes', async () => {
  const folder = join(smallDisk(), 'checkpoints');
  await mkdir(folder);
  const trainer = await createTrainer({
    config,
    batchSize: 1,
    sequenceLength: 32,
    optimizer: { learningRate: 0.01 },
    schedule: { kind: 'constant' },
    seed: 1,
    threads: 1,
  });
  const ids = BigInt64Array.from({ length: 32 }, (_, at) => BigInt(at));
  const batch = {
    inputIds: ids,
    targets: ids,
    lossWeights: new Float32Array(32).fill(1),
    segmentIds: new BigInt64Array(32).fill(1n),
    positions: ids,
    tokens: 32,
  };
  try {
    await trainer.trainStep(batch);
    await trainer.saveCheckpoint(checkpointPath(folder, 1));
    const sha256 = trainer.stateSha256();
    await trainer.trainStep(batch);
    const giveBack = await fillDisk(folder, 1_000_000);
    const failure = await trainer.saveCheckpoint(checkpointPath(folder, 2)).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'STORAGE_FULL',
      message: expect.stringContaining(checkpointPath(folder, 2)),
    });
    expect(trainingFailureCode(failure)).toBe('STORAGE_FULL');
    expect((await readdir(folder)).sort()).toEqual(['ballast', 'step-0000001']);
    await (await resumeFromCheckpoint({ folder, step: 1, sha256, threads: 1 })).release();
    await giveBack();
    await trainer.saveCheckpoint(checkpointPath(folder, 2));
    await (await createTrainer({ checkpoint: checkpointPath(folder, 2) })).release();
  } finally {
    await trainer.release();
    await rm(folder, { recursive: true, force: true });
  }
});
