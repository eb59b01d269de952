import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TextModelConfig } from '../architectures/text-model.ts';
import type { EncoderConfig } from '../models/encoder-config.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { createRandom } from '../random.ts';
import type { Classification, ClassificationBatch } from './tasks/classification.ts';
import type { Contrastive, PairBatch } from './tasks/contrastive.ts';
import { layOutTexts } from './text-batch.ts';
import { createTrainer, type NewRun } from './trainer.ts';

const encoder: EncoderConfig = {
  family: 'bert',
  vocabularySize: 24,
  hiddenSize: 16,
  layers: 2,
  heads: 2,
  intermediateSize: 24,
  maxPositions: 12,
  segmentTypes: 2,
  normEpsilon: 1e-12,
  initializerRange: 0.1,
  padTokenId: 0,
};
const decoder: ModelConfig = {
  vocabularySize: 24,
  hiddenSize: 16,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  headSize: 8,
  intermediateSize: 24,
  maxPositions: 12,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: false,
  initializerRange: 0.1,
};
const sequenceLength = 10;
const shape = {
  sequenceLength,
  optimizer: { learningRate: 0.01, weightDecay: 0.01 },
  schedule: { kind: 'constant' },
  seed: 4,
  threads: 1,
} as const;

/** A text of some length around tokens of one theme; 1 begins it, 2 ends it. */
function textOf(theme: number, seed: number): number[] {
  const random = createRandom(seed, theme);
  const words = Array.from({ length: 3 + random.below(5) }, () =>
    random.below(3) === 0 ? 3 + random.below(5) : 8 + theme * 4 + random.below(4),
  );
  words[random.below(words.length)] = 8 + theme * 4 + random.below(4);
  return [1, ...words, 2];
}

const labels = ['red', 'green', 'blue'];
const classificationRun = (config: TextModelConfig): NewRun<Classification> => ({
  ...shape,
  config,
  task: { kind: 'classification', labels },
  batchSize: 6,
});
function classificationBatch(step: number): ClassificationBatch {
  const classes = [0, 1, 2, 2, 1, 0];
  const texts = classes.map((theme, row) => textOf(theme, step * 10 + row));
  return {
    ...layOutTexts(texts, { rows: 6, sequenceLength, padTokenId: 0 }),
    classes: BigInt64Array.from(classes, BigInt),
    lossWeights: new Float32Array(6).fill(1),
  };
}

const contrastiveRun = (config: TextModelConfig): NewRun<Contrastive> => ({
  ...shape,
  config,
  task: { kind: 'contrastive' },
  batchSize: 4,
});
/** Each pair shares a theme; no two pairs of a batch do. */
function pairBatch(step: number): PairBatch {
  const sides = [0, 1].map((side) => [0, 1, 2, 3].map((theme) => textOf(theme, step * 10 + side)));
  return {
    ...layOutTexts(sides.flat(), { rows: 8, sequenceLength, padTokenId: 0 }),
    opponents: new Float32Array(16).fill(1),
    lossWeights: new Float32Array(4).fill(1),
  };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-text-tasks-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.each<[string, TextModelConfig]>([
  ['an encoder', encoder],
  ['a decoder', decoder],
])('%s', (_, config) => {
  it('learns to classify texts it has not seen', async () => {
    const trainer = await createTrainer(classificationRun(config));
    for (let step = 0; step < 60; step += 1) await trainer.trainStep(classificationBatch(step));
    let [asked, correct] = [0, 0];
    for (let step = 1_000; step < 1_010; step += 1) {
      const result = await trainer.evaluate(classificationBatch(step));
      asked += result.answerTokens;
      correct += result.correct;
    }
    expect(asked).toBe(60);
    expect(correct).toBeGreaterThan(54);
    await trainer.release();
  });

  it('learns vectors that bring the texts of a pair together', async () => {
    const trainer = await createTrainer(contrastiveRun(config));
    const first = await trainer.evaluate(pairBatch(1_000));
    for (let step = 0; step < 60; step += 1) await trainer.trainStep(pairBatch(step));
    let correct = 0;
    for (let step = 1_000; step < 1_010; step += 1)
      correct += (await trainer.evaluate(pairBatch(step))).correct;
    expect((await trainer.evaluate(pairBatch(1_000))).loss).toBeLessThan(first.loss / 2);
    expect(correct).toBeGreaterThan(36);
    await trainer.release();
  });

  it('reaches bitwise the same state in six steps as in three, a stop and three more', async () => {
    const straight = await createTrainer(classificationRun(config));
    for (let step = 0; step < 6; step += 1) await straight.trainStep(classificationBatch(step));
    const stopped = await createTrainer(classificationRun(config));
    for (let step = 0; step < 3; step += 1) await stopped.trainStep(classificationBatch(step));
    await stopped.saveCheckpoint(join(folder, 'three'));
    const resumed = await createTrainer<Classification>({
      checkpoint: join(folder, 'three'),
      task: 'classification',
    });
    for (let step = 3; step < 6; step += 1) await resumed.trainStep(classificationBatch(step));
    expect(resumed.stateSha256()).toBe(straight.stateSha256());
    for (const trainer of [straight, stopped, resumed]) await trainer.release();
  });

  it('takes the same step from a batch in one piece as from its parts, and another with dropout', async () => {
    const afterOneStep = async (change: Partial<NewRun<Classification>>) => {
      const trainer = await createTrainer({ ...classificationRun(config), ...change });
      await trainer.trainStep(classificationBatch(0));
      const weights = trainer.exportWeights();
      await trainer.release();
      return weights;
    };
    const whole = await afterOneStep({});
    const inParts = await afterOneStep({ microBatches: 3 });
    const dropped = await afterOneStep({ dropout: 0.3 });
    const difference = (other: typeof whole) =>
      Math.max(
        ...[...whole].map(([name, { data }]) =>
          data.reduce((most, value, at) => Math.max(most, Math.abs(value - other.get(name)!.data[at]!)), 0),
        ),
      );
    expect(difference(inParts)).toBeLessThan(1e-3);
    expect(difference(dropped)).toBeGreaterThan(1e-2);
  });

  it('classifies from weights that were trained for something else, with a head drawn afresh', async () => {
    const vectors = await createTrainer(contrastiveRun(config));
    await vectors.trainStep(pairBatch(0));
    const weights = vectors.exportWeights();
    const trainer = await createTrainer({ ...classificationRun(config), weights });
    const start = trainer.exportWeights();
    for (const [name, tensor] of weights) expect(start.get(name)).toEqual(tensor);
    const added = [...start.keys()].filter((name) => !weights.has(name));
    expect(added).toEqual(
      config.family === 'bert'
        ? ['pooler.dense.weight', 'pooler.dense.bias', 'classifier.weight', 'classifier.bias']
        : ['score.weight'],
    );
    const again = await createTrainer({ ...classificationRun(config), weights: start });
    expect(again.exportWeights()).toEqual(start);
    for (const open of [vectors, trainer, again]) await open.release();
  });
});

describe('a text task', () => {
  it('takes no pair against another whose answer is as right', async () => {
    const trainer = await createTrainer(contrastiveRun(encoder));
    const batch = pairBatch(0);
    const twice = {
      ...batch,
      inputIds: batch.inputIds.map((id, at) =>
        at >= 5 * sequenceLength && at < 6 * sequenceLength ? batch.inputIds[at - sequenceLength]! : id,
      ),
      segmentIds: batch.segmentIds.map((id, at) =>
        at >= 5 * sequenceLength && at < 6 * sequenceLength ? batch.segmentIds[at - sequenceLength]! : id,
      ),
    };
    // The answers of pairs 0 and 1 are now one text: against each other, neither can be told from the other.
    const opponents = twice.opponents.map((may, at) => (at === 1 || at === 4 ? 0 : may));
    const against = await trainer.evaluate({ ...twice, lossWeights: Float32Array.of(1, 0, 0, 0) });
    const apart = await trainer.evaluate({ ...twice, opponents, lossWeights: Float32Array.of(1, 0, 0, 0) });
    expect(against.answerTokens).toBe(1);
    expect(apart.loss).toBeLessThan(against.loss);
    await trainer.release();
  });

  it('is neither resumed as another nor trained by an adapter or a model that cannot', async () => {
    const trainer = await createTrainer(contrastiveRun(encoder));
    const weights = trainer.exportWeights();
    await trainer.saveCheckpoint(join(folder, 'vectors'));
    await trainer.release();
    await expect(createTrainer({ checkpoint: join(folder, 'vectors') })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('of the task contrastive, not language-model'),
    });
    const lora = { rank: 2, alpha: 4 };
    await expect(createTrainer({ ...contrastiveRun(encoder), weights, lora })).rejects.toMatchObject({
      code: 'ADAPTER_INVALID',
    });
    const asLanguageModel = { ...classificationRun(encoder), task: { kind: 'language-model' } };
    await expect(createTrainer(asLanguageModel as unknown as NewRun)).rejects.toThrow(
      'an encoder cannot learn',
    );
    const oneLabel = {
      ...classificationRun(encoder),
      task: { kind: 'classification', labels: ['a'] },
    } as const;
    await expect(createTrainer(oneLabel)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const wrong = new Map([
      ...weights,
      ['embeddings.LayerNorm.bias', { dims: [1], data: new Float32Array(1) }],
    ]);
    await expect(createTrainer({ ...classificationRun(encoder), weights: wrong })).rejects.toThrow(
      'tensor embeddings.LayerNorm.bias is [1], expected [16]',
    );
  });

  it.each<[string, Partial<ClassificationBatch>, string]>([
    [
      'a token outside the vocabulary',
      { inputIds: new BigInt64Array(60).fill(24n) },
      'batch.inputIds[0] is 24',
    ],
    ['too few rows', { segmentIds: new BigInt64Array(50) }, 'batch.segmentIds has 50 elements, expected 60'],
    [
      'padding within a text',
      { segmentIds: BigInt64Array.from({ length: 60 }, (_, at) => (at === 2 ? 0n : 1n)) },
      'batch.segmentIds[3] is 1',
    ],
    ['a class that has no label', { classes: new BigInt64Array(6).fill(3n) }, 'batch.classes[0] is 3'],
  ])('refuses a batch with %s before it reaches the device', async (_, change, problem) => {
    const trainer = await createTrainer(classificationRun(encoder));
    await expect(trainer.trainStep({ ...classificationBatch(0), ...change })).rejects.toThrow(problem);
    await trainer.release();
  });
});
