import { describe, expect, test } from 'vitest';
import { findEncoder, refuseTexts } from './texts-input.ts';

describe('texts to be read', () => {
  test('are taken within the limits', () => {
    expect(refuseTexts({ texts: ['one', 'x'.repeat(8_000)] })).toBeUndefined();
    expect(refuseTexts({ texts: Array.from({ length: 256 }, () => 'x') })).toBeUndefined();
  });

  test.each([
    ['there is none', [], 'input.texts', /0 texts; 1 to 256/],
    ['there are too many', Array.from({ length: 257 }, () => 'x'), 'input.texts', /257 texts/],
    ['one is empty', ['x', ' \n'], 'input.texts.1', /empty/],
    ['one is too long', ['x'.repeat(8_001)], 'input.texts.0', /8001 characters/],
    [
      'they are too long together',
      Array.from({ length: 26 }, () => 'x'.repeat(8_000)),
      'input.texts',
      /208000/,
    ],
  ])('are refused when %s', (_, texts, field, message) => {
    expect(refuseTexts({ texts })).toEqual({
      kind: 'invalid',
      field,
      message: expect.stringMatching(message),
    });
  });
});

test('an encoder is found by name and by id; another version is another encoder', () => {
  const encoder = {
    id: 'small@1',
    dimensions: 4,
    maxTokens: 8,
    pooling: 'MEAN',
    isNormalized: true,
  } as const;
  expect(findEncoder([encoder], 'small')).toBe(encoder);
  expect(findEncoder([encoder], 'small@1')).toBe(encoder);
  expect(findEncoder([encoder], 'small@2')).toBeUndefined();
  expect(findEncoder([encoder], 'large')).toBeUndefined();
});
