import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfChoice, uniformAt } from './random.ts';

const uint32 = fc.integer({ min: 0, max: 0xffffffff });

test('a position has the same number whenever it is asked for', () => {
  fc.assert(
    fc.property(uint32, uint32, (seed, position) => {
      const value = uniformAt(seed, position);
      expect(value).toBe(uniformAt(seed, position));
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
    }),
  );
});

test('agrees with a reference written with 64-bit integers', () => {
  fc.assert(
    fc.property(uint32, uint32, (seed, position) => {
      expect(uniformAt(seed, position)).toBe(reference(seed, position));
    }),
  );
});

test('the numbers of neighbouring positions and seeds fill the interval evenly', () => {
  const buckets = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 100; seed++)
    for (let position = 0; position < 100; position++) {
      const bucket = Math.floor(uniformAt(seed, position) * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

function reference(seed: number, position: number): number {
  const mask = 0xffffffffn;
  let key = BigInt(seed);
  let left = BigInt(position);
  let right = 0n;
  for (let round = 0; round < 10; round++) {
    const product = 0xd256d193n * left;
    [left, right] = [(product >> 32n) ^ key ^ right, product & mask];
    key = (key + 0x9e3779b9n) & mask;
  }
  return Number(((left >> 5n) << 26n) | (right >> 6n)) / 2 ** 53;
}

test('the completions of one prompt have seeds of their own, the first the one that was given', () => {
  const seeds = Array.from({ length: 8 }, (_, choice) => seedOfChoice(42, choice));
  expect(seeds[0]).toBe(42);
  expect(new Set(seeds).size).toBe(8);
});
