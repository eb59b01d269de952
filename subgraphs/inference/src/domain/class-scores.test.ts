import { expect, test } from 'vitest';
import { classScores } from './class-scores.ts';

test('scores are probabilities, likeliest first, and add up to 1 however large the logits are', () => {
  const scores = classScores(['a', 'b', 'c'], Float32Array.of(1_000, 1_001, 999));
  expect(scores.map(({ label }) => label)).toEqual(['b', 'a', 'c']);
  expect(scores.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 12);
  expect(scores[0]!.score / scores[1]!.score).toBeCloseTo(Math.E, 6);
});
