import { expect, test } from 'vitest';
import { trainByteLevelBpe } from '../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../tokenizers/chat-template.ts';
import { fittingLengths } from './sequence-length.ts';

const tokenizer = trainByteLevelBpe({ texts: [], vocabularySize: 260, specialTokens: questionAnswerTokens });
const options = { tokenizer, chatTemplate: ChatTemplate.questionAnswer(), batchSize: 2, maxPositions: 128 };
/** `prompt` bytes, one byte of answer and three special tokens, less the last one, which is only a target. */
const example = (tokens: number) => ({ prompt: 'x'.repeat(tokens - 3), completion: 'y' });

test('a few examples share the rows of one batch', () => {
  expect(fittingLengths(Array(4).fill(example(20)), options)).toEqual({
    sequenceLength: 64,
    longestSegment: 20,
  });
});

test('the longest example fits', () => {
  expect(fittingLengths([example(20), example(97)], options)).toEqual({
    sequenceLength: 128,
    longestSegment: 97,
  });
});

test('many examples fill the network and no more', () => {
  expect(fittingLengths(Array(100).fill(example(20)), options).sequenceLength).toBe(128);
});
