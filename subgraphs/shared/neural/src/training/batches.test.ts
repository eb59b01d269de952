import { describe, expect, it } from 'vitest';
import { trainByteLevelBpe } from '../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../tokenizers/chat-template.ts';
import type { Batch } from './batch.ts';
import { type BatchesOptions, batchesFrom } from './batches.ts';

const tokenizer = trainByteLevelBpe({ texts: [], vocabularySize: 260, specialTokens: questionAnswerTokens });
const options: BatchesOptions = {
  tokenizer,
  chatTemplate: ChatTemplate.questionAnswer(),
  seed: 3,
  batchSize: 2,
  sequenceLength: 24,
};
const examples = Array.from({ length: 30 }, (_, at) => ({
  prompt: `q${at}`,
  completion: 'a'.repeat(1 + (at % 5)),
}));

/** The examples of a batch, decoded: one text a segment. */
function segments(batch: Batch): string[] {
  const texts: string[] = [];
  for (let at = 0; at < batch.inputIds.length; ) {
    const ids: number[] = [];
    const start = at;
    while (
      at < batch.inputIds.length &&
      batch.segmentIds[at] === batch.segmentIds[start] &&
      at % 24 >= start % 24
    ) {
      ids.push(Number(batch.inputIds[at]));
      at += 1;
    }
    if (batch.segmentIds[start] !== 0n) texts.push(tokenizer.decode([...ids, Number(batch.targets[at - 1])]));
  }
  return texts;
}

describe('batchesFrom', () => {
  it('shows every example exactly once an epoch, in whole', () => {
    const batches = batchesFrom(examples, { ...options, batchSize: 1 });
    const seen = Array.from({ length: batches.stepsPerEpoch }, (_, step) =>
      segments(batches.batchAt(step)),
    ).flat();
    const expected = examples.map(
      ({ prompt, completion }) => `<|question|>${prompt}<|answer|>${completion}<|end|>`,
    );
    expect(seen.sort()).toEqual(expected.sort());
    expect(batches.examples).toBe(30);
  });

  it('gives the same batch for the same seed and step, in whatever order steps are asked for', () => {
    const [a, b] = [batchesFrom(examples, options), batchesFrom(examples, options)];
    const far = b.batchAt(7 * b.stepsPerEpoch + 1);
    expect(a.batchAt(0)).toEqual(b.batchAt(0));
    expect(a.batchAt(7 * a.stepsPerEpoch + 1)).toEqual(far);
    expect(batchesFrom(examples, { ...options, seed: 4 }).batchAt(0)).not.toEqual(a.batchAt(0));
  });

  it('shuffles anew in every epoch', () => {
    const batches = batchesFrom(examples, options);
    expect(segments(batches.batchAt(0))).not.toEqual(segments(batches.batchAt(batches.stepsPerEpoch)));
  });

  it('weighs the answer and its end 1, the question less, padding not at all, and counts positions per example', () => {
    const batch = batchesFrom([{ prompt: 'ab', completion: 'c' }], {
      ...options,
      batchSize: 1,
      sequenceLength: 8,
    }).batchAt(0);
    expect(Array.from(batch.lossWeights, (weight) => Number(weight.toFixed(2)))).toEqual([
      0.1, 0.1, 0.1, 1, 1, 0, 0, 0,
    ]);
    expect(
      [...batch.targets]
        .map(Number)
        .map((id) => tokenizer.tokenText(id))
        .slice(0, 5),
    ).toEqual(['a', 'b', '<|answer|>', 'c', '<|end|>']);
    expect([...batch.positions].map(Number)).toEqual([0, 1, 2, 3, 4, 0, 0, 0]);
    expect([...batch.segmentIds].map(Number)).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
    expect(batch.tokens).toBe(5);
  });

  it('cuts plain text into pieces that lose no token', () => {
    const text = 'x'.repeat(50);
    const batches = batchesFrom([{ text }], { ...options, batchSize: 1 });
    expect(batches.tokensPerEpoch).toBe(50);
    expect(batches.stepsPerEpoch).toBe(3);
  });

  it('fills rows to at least nine tenths with short examples', () => {
    const many = Array.from({ length: 400 }, (_, at) => ({
      prompt: `q${at}`,
      completion: 'a'.repeat(1 + (at % 7)),
    }));
    const batches = batchesFrom(many, { ...options, sequenceLength: 64 });
    expect(batches.tokensPerEpoch / (batches.stepsPerEpoch * 2 * 64)).toBeGreaterThan(0.9);
  });

  it.each([
    ['no examples', [], 'no examples'],
    ['an empty answer', [{ prompt: 'a', completion: ' ' }], 'example 0: prompt or completion is empty'],
    ['an empty text', [...examples, { text: '' }], 'example 30'],
    [
      'an example longer than a row',
      [examples[0]!, { prompt: 'a'.repeat(30), completion: 'b' }],
      'example 1: 33 tokens',
    ],
  ])('refuses %s, naming the example', (_, given, problem) => {
    expect(() => batchesFrom(given, options)).toThrow(problem);
  });
});
