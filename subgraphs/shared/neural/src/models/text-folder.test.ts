import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { longs } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { openModel } from '../serving/open-model.ts';
import { openTextRunner } from './text-model-folder.ts';
import { trainByteLevelBpe } from '../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../tokenizers/chat-template.ts';
import { measure } from '../training/evaluation-batches.ts';
import type { Classification } from '../training/tasks/classification.ts';
import type { Contrastive } from '../training/tasks/contrastive.ts';
import { classificationBatches, pairBatches } from '../training/text-batches.ts';
import { createTrainer } from '../training/trainer.ts';
import type { ModelConfig } from './model-config.ts';
import { loadModelFolder } from './model-folder.ts';
import { encodeWholeText, loadTextFolder, padTokenIdOf, writeTextFolder } from './text-folder.ts';

const labels = ['colour', 'number'];
const examples = [
  ...['red', 'green and blue', 'a shade of yellow', 'violet'].map((text) => ({ text, label: 'colour' })),
  ...['one', 'two or three', 'a dozen', 'seven of nine, or eight'].map((text) => ({ text, label: 'number' })),
];
const pairs = examples.map(({ text, label }) => ({ anchor: text, positive: `${text} is a ${label}` }));
const chatTemplate = ChatTemplate.questionAnswer();
const tokenizer = trainByteLevelBpe({
  texts: pairs.map(({ positive }) => positive),
  vocabularySize: 320,
  specialTokens: questionAnswerTokens,
});
const config: ModelConfig = {
  vocabularySize: tokenizer.vocabularySize,
  hiddenSize: 32,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  headSize: 16,
  intermediateSize: 48,
  maxPositions: 32,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.05,
};
const shape = {
  encodeText: (text: string, options: { readonly maxTokens: number }) => encodeWholeText(tokenizer, text, options),
  padTokenId: padTokenIdOf({ tokenizer, chatTemplate }),
  batchSize: 4,
  sequenceLength: 32,
  seed: 1,
};
const run = {
  ...shape,
  config,
  optimizer: { learningRate: 0.01 },
  schedule: { kind: 'constant' },
  threads: 1,
} as const;

let dir: string;
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'fathom-text-folder-')), 'model');
});
afterEach(() => rm(join(dir, '..'), { recursive: true }));

async function writeClassifier() {
  const batches = classificationBatches(examples, { ...shape, labels });
  const trainer = await createTrainer<Classification>({ ...run, task: { kind: 'classification', labels } });
  for (let step = 0; step < 30; step += 1) await trainer.trainStep(batches.batchAt(step));
  const { loss, accuracy } = await measure((batch) => trainer.evaluate(batch), batches.everyOnce);
  const weights = trainer.exportWeights();
  await writeTextFolder(dir, { config, weights, tokenizer, chatTemplate, labels });
  await trainer.release();
  return { loss, accuracy, weights };
}

const idsOf = (text: string) => encodeWholeText(tokenizer, text, { maxTokens: 32 });

it('a classifier over a decoder is written, read and served with the losses it had in training', async () => {
  const trained = await writeClassifier();
  const loaded = await loadTextFolder(dir);
  expect(loaded).toMatchObject({ config, labels });
  expect(loaded.weights).toEqual(trained.weights);
  const model = openTextRunner(loaded, { threads: 1 });
  const logits = await model.run(examples.map(({ text }) => idsOf(text)));
  await model.release();
  const losses = logits.map((row, at) => {
    const sum = row.reduce((total, value) => total + Math.exp(value), 0);
    return Math.log(sum) - row[labels.indexOf(examples[at]!.label)]!;
  });
  expect(losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toBeCloseTo(trained.loss, 5);
  expect(trained.accuracy).toBe(1);
});

it('its ONNX file takes input_ids and attention_mask, padded on either side, and gives the same logits', async () => {
  await writeClassifier();
  const loaded = await loadTextFolder(dir);
  const model = openTextRunner(loaded, { threads: 1 });
  const [ids] = [idsOf('two or three')];
  const [expected] = await model.run([ids]);
  await model.release();
  const inputs = [
    { name: 'input_ids', type: 'int64', dims: ['batch', 'sequence'] },
    { name: 'attention_mask', type: 'int64', dims: ['batch', 'sequence'] },
  ] as const;
  const outputs = [{ name: 'logits', type: 'float32', dims: [2, 2] }] as const;
  const session = Session.open(join(dir, 'onnx/model.onnx'), { name: 'text', inputs, outputs }, { threads: 1 });
  const time = ids.length + 3;
  const padding = [0, 0, 0];
  const rows = [
    [...ids, ...padding],
    [...padding, ...ids],
  ];
  const shown = (row: readonly number[]) => row.map((id) => (id === 0 ? 0 : 1));
  const tensor = (values: readonly (readonly number[])[]) =>
    longs([2, time], BigInt64Array.from(values.flat(), BigInt));
  const result = await session.evaluate({
    input_ids: tensor(rows),
    attention_mask: tensor(rows.map(shown)),
  });
  session.release();
  const logits = result['logits']!.data as Float32Array;
  for (const row of [0, 1]) {
    expect(logits[2 * row]).toBeCloseTo(expected![0]!, 4);
    expect(logits[2 * row + 1]).toBeCloseTo(expected![1]!, 4);
  }
});

it('vectors are written as a body of their own, and find what belongs together', async () => {
  const batches = pairBatches(pairs, shape);
  const trainer = await createTrainer<Contrastive>({ ...run, task: { kind: 'contrastive' } });
  for (let step = 0; step < 40; step += 1) await trainer.trainStep(batches.batchAt(step));
  await writeTextFolder(dir, { config, weights: trainer.exportWeights(), tokenizer, chatTemplate });
  await trainer.release();
  expect(JSON.parse(await readFile(join(dir, 'config.json'), 'utf8'))).toMatchObject({
    architectures: ['LlamaModel'],
    pad_token_id: 0,
  });
  const loaded = await loadTextFolder(dir);
  const model = openTextRunner(loaded, { threads: 1 });
  const anchors = await model.run(pairs.map(({ anchor }) => idsOf(anchor)));
  const positives = await model.run(pairs.map(({ positive }) => idsOf(positive)));
  await model.release();
  const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  expect(cosine(anchors[0]!, anchors[0]!)).toBeCloseTo(1, 5);
  anchors.forEach((anchor, at) => {
    const cosines = positives.map((positive) => cosine(anchor, positive));
    expect(cosines.indexOf(Math.max(...cosines))).toBe(at);
  });
});

it('nobody generates with a classifier, and nobody classifies with what generates', async () => {
  await writeClassifier();
  const refusal = {
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('LlamaForSequenceClassification puts texts into classes; it generates no text'),
  };
  await expect(loadModelFolder(dir)).rejects.toMatchObject(refusal);
  const options = { folder: dir, precision: 'auto', maxSlots: 1, maxContextLength: 32 } as const;
  await expect(openModel(options)).rejects.toMatchObject(refusal);
  await rm(join(dir, 'model.safetensors'));
  await expect(openModel(options)).rejects.toMatchObject(refusal);
});
