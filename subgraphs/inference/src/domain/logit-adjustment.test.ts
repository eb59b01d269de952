import { expect, test } from 'vitest';
import { adjustLogits } from './logit-adjustment.ts';

const logits = Float32Array.of(2, -2, 1, 0);
// A prompt of tokens 0 and 1, a completion of 2, 2 and 1.
const conversation = { tokens: [0, 1, 2, 2, 1], promptLength: 2 };

test('the repetition penalty makes whatever occurred less likely, above and below zero', () => {
  const adjusted = adjustLogits({ logits, settings: { repetitionPenalty: 2 }, ...conversation });
  expect([...adjusted]).toEqual([1, -4, 0.5, 0]);
});

test('presence counts a token of the completion once, frequency each time, neither those of the prompt', () => {
  const presence = adjustLogits({ logits, settings: { presencePenalty: 0.5 }, ...conversation });
  expect([...presence]).toEqual([2, -2.5, 0.5, 0]);
  const frequency = adjustLogits({ logits, settings: { frequencyPenalty: 0.5 }, ...conversation });
  expect([...frequency]).toEqual([2, -2.5, 0, 0]);
});

test('a bias is added; tokens outside the vocabulary are left alone', () => {
  const logitBias = [
    { tokenId: 3, bias: 5 },
    { tokenId: 99, bias: 5 },
  ];
  expect([...adjustLogits({ logits, settings: { logitBias } })]).toEqual([2, -2, 1, 5]);
});

test('the row that was given stays as it is', () => {
  adjustLogits({ logits, settings: { repetitionPenalty: 2 }, ...conversation });
  expect([...logits]).toEqual([2, -2, 1, 0]);
});
