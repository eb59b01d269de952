import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ModelConfig } from '../models/model-config.ts';
import { trainByteLevelBpe } from '../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../tokenizers/chat-template.ts';
import { batchesFrom } from './batches.ts';
import { resumeFromCheckpoint } from './checkpoint-folder.ts';
import { evaluationBatches, measure } from './evaluation-batches.ts';
import { createTrainer, type Trainer } from './trainer.ts';
import {
  type LoopPoint,
  type SavedCheckpoint,
  type TrainingLoopOptions,
  trainingLoop,
} from './training-loop.ts';

const tokenizer = trainByteLevelBpe({ texts: [], vocabularySize: 260, specialTokens: questionAnswerTokens });
const chatTemplate = ChatTemplate.questionAnswer();
const shape = { tokenizer, chatTemplate, batchSize: 2, sequenceLength: 32 };
const examples = [...'abcdefgh'].map((letter) => ({ prompt: letter, completion: letter.toUpperCase() }));
const config: ModelConfig = {
  vocabularySize: tokenizer.vocabularySize,
  hiddenSize: 16,
  layers: 1,
  heads: 1,
  keyValueHeads: 1,
  headSize: 16,
  intermediateSize: 24,
  maxPositions: 32,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.02,
};
const totalSteps = 12;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-loop-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const newTrainer = () =>
  createTrainer({
    config,
    ...shape,
    optimizer: { learningRate: 0.01 },
    schedule: { kind: 'cosine', warmupSteps: 2, totalSteps },
    seed: 3,
    threads: 1,
  });

async function loop(trainer: Trainer, more: Partial<TrainingLoopOptions> = {}) {
  const points: LoopPoint[] = [];
  const checkpoints: SavedCheckpoint[] = [];
  const outcome = await trainingLoop({
    trainer,
    batches: batchesFrom(examples, { ...shape, seed: 3 }),
    totalSteps,
    checkpointFolder: folder,
    checkpointEverySteps: 5,
    heldOut: {
      everySteps: 4,
      patience: 0,
      measure: async () =>
        (await measure((batch) => trainer.evaluate(batch), evaluationBatches(examples, shape))).loss,
    },
    stopRequested: () => false,
    onPoints: (told) => points.push(...told),
    onCheckpoint: (saved) => void checkpoints.push(saved),
    nowMs: () => 0,
    ...more,
  });
  const sha256 = trainer.stateSha256();
  await trainer.release();
  return { outcome, points, checkpoints, sha256 };
}

test('every step is told in order, checkpoints and measurements fall where they should, the last step has both', async () => {
  const { outcome, points, checkpoints } = await loop(await newTrainer());
  expect(outcome).toEqual({ end: 'steps-spent', bestStep: expect.any(Number) });
  expect(points.map(({ step }) => step)).toEqual(Array.from({ length: totalSteps }, (_, index) => index + 1));
  expect(points.filter(({ heldOutLoss }) => heldOutLoss !== null).map(({ step }) => step)).toEqual([
    4, 8, 12,
  ]);
  expect(checkpoints.map(({ step }) => step)).toEqual([5, 10, 12]);
  expect(checkpoints.every(({ sizeBytes }) => sizeBytes > 1_000)).toBe(true);
  expect((await readdir(folder)).sort()).toEqual(['step-0000005', 'step-0000010', 'step-0000012']);
});

test('stopped and resumed, it takes the same steps to the same state, to the bit', async () => {
  const whole = await loop(await newTrainer());
  let steps = 0;
  const stopped = await loop(await newTrainer(), { stopRequested: () => ++steps === 7 });
  expect(stopped).toMatchObject({
    outcome: { end: 'stopped' },
    checkpoints: [{ step: 5 }, { step: 7 }],
  });
  const saved = stopped.checkpoints.at(-1)!;
  const resumed = await loop(await resumeFromCheckpoint({ ...saved, folder, threads: 1 }));
  expect(resumed.sha256).toBe(whole.sha256);
  const curve = (points: readonly LoopPoint[]) => points.map(({ tokensPerSecond: _, ...point }) => point);
  expect(curve([...stopped.points, ...resumed.points])).toEqual(curve(whole.points));
});

test('it stops early when the held-out loss no longer falls, also when it was interrupted on the way', async () => {
  const losses = [3, 2, 2.5, 2.4, 1];
  const measured = (from: number) => {
    let at = from;
    return async () => losses[at++]!;
  };
  const heldOut = { everySteps: 2, patience: 2, measure: measured(0) };
  const early = await loop(await newTrainer(), { heldOut });
  expect(early).toMatchObject({ outcome: { end: 'early-stopped', bestStep: 4 }, points: { length: 8 } });
  expect(early.checkpoints.at(-1)?.step).toBe(8);

  let steps = 0;
  const stopped = await loop(await newTrainer(), {
    heldOut: { ...heldOut, measure: measured(0) },
    stopRequested: () => ++steps === 6,
  });
  const resumed = await resumeFromCheckpoint({ ...stopped.checkpoints.at(-1)!, folder, threads: 1 });
  const rest = await loop(resumed, { heldOut: { ...heldOut, measure: measured(3) } });
  expect(rest.points.map(({ step }) => step)).toEqual([7, 8]);
});

test('it converges at its target, and saves the best state on the way', async () => {
  const losses = [3, 2, 2.5, 1.5];
  let at = 0;
  const { outcome, points, checkpoints } = await loop(await newTrainer(), {
    heldOut: { everySteps: 2, patience: 0, target: 1.6, saveBest: true, measure: async () => losses[at++]! },
  });
  expect(outcome).toEqual({ end: 'converged', bestStep: 8 });
  expect(points).toHaveLength(8);
  expect(checkpoints.map(({ step, heldOutLoss }) => [step, heldOutLoss])).toEqual([
    [2, 3],
    [4, 2],
    [5, null],
    [8, 1.5],
  ]);
});

test('a budget of tokens or of time ends it after the step that spends it, also when it was interrupted on the way', async () => {
  const tokensAStep = (await loop(await newTrainer())).points[2]!.tokensSeen / 3;
  const budget = { maxTokens: 5 * tokensAStep };
  expect(await loop(await newTrainer(), { budget })).toMatchObject({ outcome: { end: 'tokens-spent' } });
  let now = 0;
  const batches = batchesFrom(examples, { ...shape, seed: 3 });
  const secondAStep = {
    ...batches,
    batchAt(step: number) {
      now += 1_000;
      return batches.batchAt(step);
    },
  };
  const timed = { budget: { maxTrainingMs: 4_000 }, nowMs: () => now, batches: secondAStep };
  const inTime = await loop(await newTrainer(), timed);
  expect(inTime).toMatchObject({ outcome: { end: 'time-spent' }, points: { length: 4 } });
  let steps = 0;
  const stopped = await loop(await newTrainer(), { ...timed, stopRequested: () => ++steps === 1 });
  const resumed = await resumeFromCheckpoint({ ...stopped.checkpoints.at(-1)!, folder, threads: 1 });
  expect((await loop(resumed, timed)).points.map(({ step }) => step)).toEqual([2, 3, 4]);
});

test('a sound checkpoint that is not the recorded one is refused', async () => {
  const { checkpoints } = await loop(await newTrainer());
  const other = { step: 5, sha256: checkpoints.at(-1)!.sha256, folder, threads: 1 };
  await expect(resumeFromCheckpoint(other)).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
});

test('an evaluation counts every example once, however the batches fall', async () => {
  const trainer = await newTrainer();
  const evaluate = (batch: Parameters<Trainer['evaluate']>[0]) => trainer.evaluate(batch);
  const all = await measure(evaluate, evaluationBatches(examples, shape));
  const singly = await Promise.all(examples.map((example) => evaluationBatches([example], shape))).then(
    (each) => each.flat(),
  );
  const one = await measure(evaluate, singly);
  expect(all.answerTokens).toBe(one.answerTokens);
  expect(all.answerTokens).toBe(2 * examples.length);
  expect(all.loss).toBeCloseTo(one.loss, 5);
  expect(all.totalNats).toBeCloseTo(all.loss * all.answerTokens, 4);
  await trainer.release();
});

test('a loss that is not finite names the examples of its batch', async () => {
  const trainer = await createTrainer({
    config,
    ...shape,
    optimizer: { learningRate: 1e30 },
    schedule: { kind: 'constant' },
    seed: 3,
    threads: 1,
  });
  const batches = batchesFrom(examples, { ...shape, seed: 3 });
  await expect(loop(trainer)).rejects.toMatchObject({
    code: 'LOSS_NOT_FINITE',
    details: { step: 2, examples: batches.batchAt(1).examples },
  });
  expect(trainer.step).toBe(1);
  expect(new Set(batches.batchAt(0).examples).size).toBeGreaterThan(1);
  await trainer.release();
});
