import { expect, test } from 'vitest';
import { createRecentQuantile } from './recent-quantile.ts';

function at(start = 0) {
  const clock = { now: start };
  const quantile = createRecentQuantile({ windowMs: 1_000, maxSamples: 200, now: () => clock.now });
  return { clock, quantile };
}

test('the quantile is the smallest value that so large a share does not exceed', () => {
  const { quantile } = at();
  for (let value = 100; value >= 1; value--) quantile.add(value);
  expect(quantile.read(0.95)).toBe(95);
  expect(quantile.read(1)).toBe(100);
  expect(quantile.read(0)).toBe(1);
});

test('what is older than the window counts no more, and nothing at all is no number', () => {
  const { clock, quantile } = at();
  expect(quantile.read(0.95)).toBeUndefined();
  quantile.add(9);
  clock.now = 900;
  quantile.add(1);
  expect(quantile.read(1)).toBe(9);
  clock.now = 1_500;
  expect(quantile.read(1)).toBe(1);
  clock.now = 9_000;
  expect(quantile.read(1)).toBeUndefined();
});

test('of many samples the latest are kept', () => {
  const { quantile } = at();
  for (let value = 0; value < 10_000; value++) quantile.add(value);
  expect(quantile.read(0)).toBe(9_800);
});
