import { expect, test } from 'vitest';
import { createConfidenceGate, type DraftScorer } from './confidence-gate.ts';
import type { TokenRecord } from './generation.ts';

/** The score is the probability of the least likely token. */
const least: DraftScorer = (tokens) => ({
  score: Math.exp(Math.min(...tokens.map(({ logProbability }) => logProbability))),
  isRefusal: tokens.some(({ text }) => text === 'unknown'),
});

function tokens(...probabilities: readonly number[]): TokenRecord[] {
  return probabilities.map((p, tokenId) => ({ tokenId, text: 'word', logProbability: Math.log(p) }));
}

test('a short draft is held back until it is whole', () => {
  const gate = createConfidenceGate({ score: least, bound: 0.5, holdTokens: 4 });
  expect(gate.afterToken(tokens(0.9, 0.1, 0.9))).toEqual({ kind: 'hold' });
  expect(gate.afterEnd(tokens(0.9, 0.9, 0.9)).kind).toBe('show');
  expect(gate.afterEnd(tokens(0.9, 0.1, 0.9)).kind).toBe('reroute');
});

test('a long draft is judged once enough of it is there, and again with every further token', () => {
  const gate = createConfidenceGate({ score: least, bound: 0.5, holdTokens: 2 });
  expect(gate.afterToken(tokens(0.9, 0.8)).kind).toBe('show');
  expect(gate.afterToken(tokens(0.9, 0.8, 0.7)).kind).toBe('show');
  expect(gate.afterToken(tokens(0.9, 0.8, 0.7, 0.2)).kind).toBe('reroute');
});

test('a refusal is rerouted however sure the model is of it', () => {
  const gate = createConfidenceGate({ score: least, bound: 0.5, holdTokens: 8 });
  expect(gate.afterEnd([{ tokenId: 1, text: 'unknown', logProbability: 0 }]).kind).toBe('reroute');
});
