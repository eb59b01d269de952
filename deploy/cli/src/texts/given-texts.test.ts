import { expect, test } from 'vitest';
import { inBatches } from './given-texts.ts';

test('texts go in batches of as many as one operation takes, in their order', () => {
  const texts = Array.from({ length: 600 }, (_, at) => `${at}`);
  expect(inBatches(texts).map(({ length }) => length)).toEqual([256, 256, 88]);
  expect(inBatches(texts).flat()).toEqual(texts);
  const long = Array.from({ length: 60 }, () => 'x'.repeat(8_000));
  expect(inBatches(long).map(({ length }) => length)).toEqual([25, 25, 10]);
});
