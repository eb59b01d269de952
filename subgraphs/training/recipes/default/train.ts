import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ModelConfig } from '@fathom/neural/models/model-config';
import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { trainByteLevelBpe } from '@fathom/neural/tokenizers/bpe-trainer';
import type { ByteLevelBpe } from '@fathom/neural/tokenizers/byte-level-bpe';
import { ChatTemplate, questionAnswerTokens } from '@fathom/neural/tokenizers/chat-template';
import type { Batch } from '@fathom/neural/training/batch';
import { batchesFrom } from '@fathom/neural/training/batches';
import { createTrainer, type Trainer } from '@fathom/neural/training/trainer';
import type { DataSet } from './data-set.ts';
import { randomFactQuestion } from './questions.ts';
import { createRandom } from './random.ts';
import type { Recipe } from './recipe.ts';
import {
  type CurvePoint,
  type RunProgress,
  type TrainingRunRecord,
  trainingRunRecord,
} from './training-run.ts';

export interface TrainOptions {
  readonly recipe: Recipe;
  readonly dataSet: DataSet;
  /** Checkpoints live here; a run that was killed goes on from the last one. */
  readonly workDir: string;
  readonly threads: number;
  readonly log: (line: string) => void;
  readonly now: () => Date;
}

const POINT_EVERY_STEPS = 10;
const HELD_OUT_BATCHES = 4;

/** Trains the recipe's model from its data set, one pass over the examples. */
export async function trainModel(
  options: TrainOptions,
): Promise<{ readonly model: ModelFolder; readonly run: TrainingRunRecord }> {
  const { recipe, dataSet, log } = options;
  const tokenizer = trainTokenizer(recipe, dataSet);
  const chatTemplate = ChatTemplate.questionAnswer();
  const { batchSize, sequenceLength, promptWeight } = recipe.training;
  const packing = { tokenizer, chatTemplate, seed: recipe.seed, batchSize, sequenceLength, promptWeight };
  const batches = batchesFrom(dataSet.examples, packing);
  const heldOut = batchesFrom(heldOutExamples(recipe, dataSet), packing);
  const heldOutBatches = Array.from({ length: HELD_OUT_BATCHES }, (_, step) => heldOut.batchAt(step));
  const config = modelConfig(recipe, tokenizer);
  log(`${batches.examples} examples, ${batches.tokensPerEpoch} tokens, ${batches.stepsPerEpoch} steps`);

  const trainer = await openTrainer(options, config, batches.stepsPerEpoch);
  const progress = await runSteps({ ...options, trainer, batches, heldOutBatches });
  const weights = trainer.exportWeights();
  await trainer.release();
  const parameters = [...weights.values()].reduce((total, tensor) => total + tensor.data.length, 0);
  const run = trainingRunRecord({
    recipe,
    dataSet,
    progress,
    steps: batches.stepsPerEpoch,
    parameters,
    threads: options.threads,
    endedAt: options.now().toISOString(),
  });
  return { model: { config, weights, tokenizer, chatTemplate }, run };
}

export function trainTokenizer(recipe: Recipe, dataSet: DataSet): ByteLevelBpe {
  function* texts(): Generator<string> {
    for (const { prompt, completion } of dataSet.examples) {
      yield prompt;
      yield completion;
    }
  }
  const { vocabularySize } = recipe.tokenizer;
  return trainByteLevelBpe({ texts: texts(), vocabularySize, specialTokens: [...questionAnswerTokens] });
}

function modelConfig(recipe: Recipe, tokenizer: ByteLevelBpe): ModelConfig {
  const { model } = recipe;
  const eosTokenId = tokenizer.tokenId('<|end|>');
  return {
    vocabularySize: recipe.tokenizer.vocabularySize,
    hiddenSize: model.hiddenSize,
    layers: model.layers,
    heads: model.heads,
    keyValueHeads: model.keyValueHeads,
    headSize: model.hiddenSize / model.heads,
    intermediateSize: model.intermediateSize,
    maxPositions: model.maxPositions,
    ropeTheta: model.ropeTheta,
    normEpsilon: 1e-6,
    tieEmbeddings: true,
    initializerRange: 0.02,
    ...(eosTokenId !== undefined && { eosTokenId }),
  };
}

/** Facts asked in phrasings of the validation split: their loss shows wording learnt, not sentences remembered. */
function heldOutExamples(recipe: Recipe, dataSet: DataSet) {
  const random = createRandom(recipe.seed, 'held-out loss');
  return dataSet.facts.map((fact) =>
    randomFactQuestion(fact, { split: 'validation', aliasShare: 0, random }),
  );
}

async function openTrainer(options: TrainOptions, config: ModelConfig, totalSteps: number): Promise<Trainer> {
  const { recipe, dataSet, threads, log } = options;
  const checkpoint = checkpointDir(options);
  if (existsSync(checkpoint)) {
    const trainer = await createTrainer({ checkpoint, threads });
    const { dataSetSha256 } = readProgress(trainer, options);
    if (dataSetSha256 === dataSet.sha256) {
      log(`goes on after step ${trainer.step} of ${checkpoint}`);
      return trainer;
    }
    await trainer.release();
    throw new Error(
      `${checkpoint} was trained on data set ${dataSetSha256}, the recipe now gives ${dataSet.sha256}: remove it to start anew`,
    );
  }
  const { training } = recipe;
  return createTrainer({
    config,
    batchSize: training.batchSize,
    sequenceLength: training.sequenceLength,
    optimizer: {
      learningRate: training.learningRate,
      weightDecay: training.weightDecay,
      maxGradientNorm: training.maxGradientNorm,
      decayed: ['matrix', 'table'],
    },
    schedule: {
      kind: 'cosine',
      warmupSteps: training.warmupSteps,
      totalSteps,
      finalRatio: training.finalRatio,
    },
    seed: recipe.seed,
    threads,
  });
}

function checkpointDir(options: TrainOptions): string {
  return path.join(options.workDir, 'checkpoint');
}

function readProgress(trainer: Trainer, options: TrainOptions): RunProgress {
  const fresh: RunProgress = {
    startedAt: options.now().toISOString(),
    tokens: 0,
    trainingSeconds: 0,
    dataSetSha256: options.dataSet.sha256,
    curve: [],
  };
  // Written by this file's own saveCheckpoint and hashed by the checkpoint.
  return { ...fresh, ...(trainer.extra as Partial<RunProgress>) };
}

async function runSteps(
  run: TrainOptions & {
    readonly trainer: Trainer;
    readonly batches: { batchAt(step: number): Batch; readonly stepsPerEpoch: number };
    readonly heldOutBatches: readonly Batch[];
  },
): Promise<RunProgress> {
  const { trainer, batches, recipe, log } = run;
  const { checkpointEverySteps, heldOutEverySteps } = recipe.training;
  let progress = readProgress(trainer, run);
  let window = newWindow(run.now());
  while (trainer.step < batches.stepsPerEpoch) {
    const result = await trainer.trainStep(batches.batchAt(trainer.step));
    window.losses.push(result.loss);
    window.tokens += result.tokens;
    const isLast = result.step === batches.stepsPerEpoch;
    if (result.step % POINT_EVERY_STEPS !== 0 && !isLast) continue;

    const seconds = (run.now().getTime() - window.since.getTime()) / 1000;
    const measures = isLast || result.step % heldOutEverySteps === 0;
    const point: CurvePoint = {
      step: result.step,
      tokens: progress.tokens + window.tokens,
      trainLoss: round(mean(window.losses)),
      heldOutLoss: measures ? round(await heldOutLoss(trainer, run.heldOutBatches)) : null,
      learningRate: round(result.learningRate),
      gradientNorm: round(result.gradientNorm),
      tokensPerSecond: Math.round(window.tokens / seconds),
      at: run.now().toISOString(),
    };
    progress = {
      ...progress,
      tokens: point.tokens,
      trainingSeconds: progress.trainingSeconds + seconds,
      curve: [...progress.curve, point],
    };
    if (measures) log(describe(point, batches.stepsPerEpoch));
    if (isLast || result.step % checkpointEverySteps === 0) {
      await trainer.saveCheckpoint(checkpointDir(run), { ...progress });
    }
    window = newWindow(run.now());
  }
  return progress;
}

function newWindow(since: Date): { losses: number[]; tokens: number; readonly since: Date } {
  return { losses: [], tokens: 0, since };
}

async function heldOutLoss(trainer: Trainer, batches: readonly Batch[]): Promise<number> {
  let [sum, weight] = [0, 0];
  for (const batch of batches) {
    const { loss, lossWeight } = await trainer.evaluate(batch);
    sum += loss * lossWeight;
    weight += lossWeight;
  }
  return sum / weight;
}

function describe(point: CurvePoint, totalSteps: number): string {
  return (
    `step ${point.step}/${totalSteps}  loss ${point.trainLoss}  held-out ${point.heldOutLoss}  ` +
    `${point.tokensPerSecond} tokens/s`
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
