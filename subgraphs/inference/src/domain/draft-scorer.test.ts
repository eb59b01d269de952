import { expect, test } from 'vitest';
import { createQuestionScorer } from './draft-scorer.ts';

function tokens(text: string, probability: number) {
  return text
    .split(/(?= )/)
    .map((part, tokenId) => ({ tokenId, text: part, logProbability: Math.log(probability) }));
}

test('without a calibration the least likely token decides', () => {
  const { score, bound } = createQuestionScorer('Who?', undefined);
  expect(score([...tokens('It is', 0.99), ...tokens(' Ada', 0.4)], true).score).toBeCloseTo(0.4);
  expect(bound).toBe(0.5);
});

test('without a calibration a refusal and an empty draft score nothing', () => {
  const { score } = createQuestionScorer('Who?', undefined);
  expect(score(tokens('I do not know.', 0.99), true)).toEqual({ score: 0, isRefusal: true });
  expect(score([], true)).toEqual({ score: 0, isRefusal: false });
});
