import { expect, it } from 'vitest';
import { sumByHalves } from './sum-by-halves.ts';

const written = (terms: readonly string[]) => sumByHalves(terms, (a, b) => `(${a}+${b})`);

it('sums by halves', () => {
  expect(written(['0', '1', '2', '3', '4', '5'])).toBe('((0+(1+2))+(3+(4+5)))');
});

it('gives the same sum when two, or four, each sum an equal share first', () => {
  for (const share of [1, 3, 4]) {
    for (const workers of [2, 4]) {
      const terms = Array.from({ length: workers * share }, (_, at) => String(at));
      const shares = Array.from({ length: workers }, (_, at) =>
        written(terms.slice(at * share, (at + 1) * share)),
      );
      expect(written(shares)).toBe(written(terms));
    }
  }
});
