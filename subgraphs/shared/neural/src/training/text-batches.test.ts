import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EncoderConfig } from '../models/encoder-config.ts';
import { loadEncoderFolder, writeEncoderFolder } from '../models/encoder-folder.ts';
import { createTextEncoder } from '../serving/text-encoder-session.ts';
import { WordPiece } from '../tokenizers/word-piece.ts';
import { measure } from './evaluation-batches.ts';
import { classificationBatches, pairBatches } from './text-batches.ts';
import { createTrainer } from './trainer.ts';

const reference = new URL('../../reference/tokenizers/models/bert-uncased.json', import.meta.url);
const tokenizer = WordPiece.fromTokenizerJson(JSON.parse(readFileSync(reference, 'utf8')).tokenizer);
const config: EncoderConfig = {
  family: 'bert',
  vocabularySize: tokenizer.vocabularySize,
  hiddenSize: 24,
  layers: 1,
  heads: 2,
  intermediateSize: 32,
  maxPositions: 24,
  segmentTypes: 1,
  normEpsilon: 1e-12,
  initializerRange: 0.1,
  padTokenId: 0,
};
const shape = {
  encodeText: (text: string, options: { maxTokens: number }) => tokenizer.encodeText(text, options),
  batchSize: 4,
  sequenceLength: 16,
  padTokenId: 0,
  seed: 2,
};
const run = {
  config,
  batchSize: shape.batchSize,
  sequenceLength: shape.sequenceLength,
  optimizer: { learningRate: 0.01 },
  schedule: { kind: 'constant' },
  seed: 1,
  threads: 1,
} as const;
const labels = ['country', 'element'];
const countries = ['France', 'Peru', 'Poland', 'Japan', 'Chad'];
const examples = [
  ...countries.map((name) => ({ text: `What is the capital of ${name}?`, label: 'country' })),
  ...['iron', 'gold', 'argon', 'neon'].map((name) => ({
    text: `Which atomic number has ${name}?`,
    label: 'element',
  })),
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-encoder-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('classificationBatches', () => {
  const batches = classificationBatches(examples, { ...shape, labels });

  it('deals every example out once an epoch, in another order each time, the same for the same seed', () => {
    const epoch = (number: number, from = batches) =>
      [0, 1, 2].flatMap((at) => {
        const { inputIds } = from.batchAt(number * 3 + at);
        return [0, 1, 2, 3].map((row) => inputIds.slice(row * 16, row * 16 + 16).join());
      });
    expect(batches.stepsPerEpoch).toBe(3);
    expect(new Set(epoch(0)).size).toBe(9);
    expect(new Set(epoch(1))).toEqual(new Set(epoch(0)));
    expect(epoch(1)).not.toEqual(epoch(0));
    expect(epoch(1, classificationBatches(examples, { ...shape, labels }))).toEqual(epoch(1));
  });

  it('trains a classifier that is written, read, and served with the classes it was trained on', async () => {
    const trainer = await createTrainer({ ...run, task: { kind: 'classification', labels } });
    for (let step = 0; step < 30; step += 1) await trainer.trainStep(batches.batchAt(step));
    const measured = await measure((batch) => trainer.evaluate(batch), batches.everyOnce);
    expect(measured).toMatchObject({ answerTokens: examples.length, accuracy: 1 });
    await writeEncoderFolder(join(folder, 'classifier'), {
      config,
      weights: trainer.exportWeights(),
      tokenizer,
      labels,
    });
    const loaded = await loadEncoderFolder(join(folder, 'classifier'));
    expect(loaded.config).toEqual(config);
    expect(loaded.labels).toEqual(labels);
    expect(new Map(loaded.weights)).toEqual(new Map(trainer.exportWeights()));
    await trainer.release();
    const encoder = await createTextEncoder({ ...loaded, classes: labels.length, threads: 1 });
    const logits = await encoder.run(
      examples.map(({ text }) => loaded.tokenizer.encodeText(text, { maxTokens: 16 })),
    );
    logits.forEach(([country = 0, element = 0], at) => {
      expect(labels[country > element ? 0 : 1]).toBe(examples[at]!.label);
    });
    await encoder.release();
  });

  it('names the example whose text is empty or whose label is unknown', () => {
    const with_ = (example: { text: string; label: string }) => () =>
      classificationBatches([...examples, example], { ...shape, labels });
    expect(with_({ text: ' ', label: 'country' })).toThrow('example 9: the text is empty');
    expect(with_({ text: 'x', label: 'river' })).toThrow(
      'example 9: the label "river" is none of country, element',
    );
    expect(() => classificationBatches([], { ...shape, labels })).toThrow('there are no examples');
  });
});

describe('pairBatches', () => {
  const pairs = countries.map((name) => ({
    anchor: `What is the capital of ${name}?`,
    positive: `The capital is in ${name}.`,
  }));

  it('sets no pair against another with the same question or the same answer, nor against a row without one', () => {
    const [first] = pairBatches(
      [
        { anchor: 'a', positive: 'b' },
        { anchor: 'a', positive: 'c' },
        { anchor: 'd', positive: 'b' },
      ],
      shape,
    ).everyOnce;
    const { opponents, lossWeights } = first!;
    expect([...lossWeights]).toEqual([1, 1, 1, 0]);
    expect([...opponents]).toEqual([1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1]);
  });

  it('trains vectors that find the answer of each question, as trained and as served', async () => {
    const batches = pairBatches(pairs, shape);
    const trainer = await createTrainer({ ...run, task: { kind: 'contrastive' } });
    for (let step = 0; step < 40; step += 1) await trainer.trainStep(batches.batchAt(step));
    const measured = await measure((batch) => trainer.evaluate(batch), batches.everyOnce);
    expect(measured).toMatchObject({ answerTokens: pairs.length, accuracy: 1 });
    await writeEncoderFolder(join(folder, 'vectors'), {
      config,
      weights: trainer.exportWeights(),
      tokenizer,
    });
    await trainer.release();
    const loaded = await loadEncoderFolder(join(folder, 'vectors'));
    const encoder = await createTextEncoder({ ...loaded, threads: 1 });
    const vectorsOf = (texts: readonly string[]) =>
      encoder.run(texts.map((text) => loaded.tokenizer.encodeText(text, { maxTokens: 16 })));
    const [questions, answers] = [
      await vectorsOf(pairs.map(({ anchor }) => anchor)),
      await vectorsOf(pairs.map(({ positive }) => positive)),
    ];
    questions.forEach((question, at) => {
      const cosines = answers.map((answer) =>
        question.reduce((sum, value, i) => sum + value * answer[i]!, 0),
      );
      expect(cosines.indexOf(Math.max(...cosines))).toBe(at);
    });
    await expect(encoder.run([[]])).rejects.toThrow('text 0 has no tokens');
    await expect(encoder.run([[2, 9_999]])).rejects.toThrow('text 0 has token 9999');
    await expect(encoder.run([Array(25).fill(5)])).rejects.toThrow('25 tokens, the model 24 positions');
    await encoder.release();
    await expect(encoder.run([[2]])).rejects.toMatchObject({ code: 'SESSION_RELEASED' });
  });
});
