import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogitsNotFiniteError, type SamplingSettings, sampleToken } from './sampling.ts';

const greedy: SamplingSettings = { temperature: 0, topK: 0, topP: 1, seed: 1 };
const row = fc
  .array(
    fc.integer({ min: -2000, max: 2000 }).map((value) => value / 100),
    { minLength: 2, maxLength: 64 },
  )
  .map((values) => Float32Array.from(values));

function drawn(logits: Float32Array, settings: SamplingSettings, draws = 400): Set<number> {
  return new Set(
    Array.from({ length: draws }, (_, position) => sampleToken({ logits, settings, position }).tokenId),
  );
}

test('temperature 0 takes the likeliest token, the smaller id where two tie', () => {
  expect(sampleToken({ logits: Float32Array.of(1, 3, 3, 2), settings: greedy, position: 0 }).tokenId).toBe(1);
});

test('the log-probabilities of all tokens sum to probability one', () => {
  const logits = Float32Array.of(0.5, -1, 2, 0);
  const seen = new Map<number, number>();
  for (let position = 0; position < 1000; position++) {
    const token = sampleToken({ logits, settings: { ...greedy, temperature: 1 }, position });
    seen.set(token.tokenId, Math.exp(token.logProbability));
  }
  expect([...seen.values()].reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
});

test('frequencies follow the probabilities', () => {
  const logits = Float32Array.of(Math.log(0.1), Math.log(0.6), Math.log(0.3));
  const counts = [0, 0, 0];
  for (let position = 0; position < 20_000; position++) {
    const { tokenId } = sampleToken({ logits, settings: { ...greedy, temperature: 1 }, position });
    counts[tokenId] = (counts[tokenId] ?? 0) + 1;
  }
  expect(counts.map((count) => Math.round(count / 200) / 100)).toEqual([0.1, 0.6, 0.3]);
});

test('top-k never leaves the k likeliest', () => {
  fc.assert(
    fc.property(
      row,
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      (logits, topK, seed) => {
        const kept = [...logits.keys()]
          .sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b)
          .slice(0, topK);
        for (const tokenId of drawn(logits, { temperature: 2, topK, topP: 1, seed }, 20))
          expect(kept).toContain(tokenId);
      },
    ),
  );
});

test('top-p keeps exactly the smallest set that reaches the share', () => {
  const logits = Float32Array.of(Math.log(0.05), Math.log(0.5), Math.log(0.15), Math.log(0.3));
  expect(drawn(logits, { ...greedy, temperature: 1, topP: 0.5 })).toEqual(new Set([1]));
  expect(drawn(logits, { ...greedy, temperature: 1, topP: 0.79 })).toEqual(new Set([1, 3]));
  expect(drawn(logits, { ...greedy, temperature: 1, topP: 0.94 })).toEqual(new Set([1, 2, 3]));
});

test('top-p agrees with a reference that sorts the whole vocabulary', () => {
  fc.assert(
    fc.property(
      row,
      fc.float({ min: Math.fround(0.01), max: Math.fround(0.99), noNaN: true }),
      (logits, topP) => {
        const maximum = Math.max(...logits);
        const weights = [...logits]
          .map((logit, id) => ({ id, weight: Math.exp(logit - maximum) }))
          .sort((a, b) => b.weight - a.weight || a.id - b.id);
        const total = weights.reduce((sum, { weight }) => sum + weight, 0);
        let reached = 0;
        const kept = weights.filter(({ weight }) => {
          const isIn = reached < topP * total;
          reached += weight;
          return isIn;
        });
        const allowed = kept.map(({ id }) => id);
        for (const tokenId of drawn(logits, { temperature: 1, topK: 0, topP, seed: 7 }, 20))
          expect(allowed).toContain(tokenId);
      },
    ),
  );
});

test('a row without a finite maximum is refused', () => {
  expect(() =>
    sampleToken({ logits: Float32Array.of(1, Number.NaN), settings: greedy, position: 0 }),
  ).toThrow(LogitsNotFiniteError);
});
