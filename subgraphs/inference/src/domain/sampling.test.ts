import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogitsNotFiniteError, NothingAllowedError, type SamplingSettings, sampleToken } from './sampling.ts';

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

test('top-p is a share of the whole vocabulary, also of the many tokens that are too unlikely to be kept', () => {
  // 0.3, 0.2 and 0.1; a thousand others have 0.4 between them. A share of the three alone would be reached by two.
  const logits = Float32Array.from({ length: 1_003 }, (_, id) => Math.log([0.3, 0.2, 0.1][id] ?? 0.0004));
  expect(drawn(logits, { ...greedy, temperature: 1, topP: 0.55 })).toEqual(new Set([0, 1, 2]));
  expect(drawn(logits, { ...greedy, temperature: 1, topP: 0.49 })).toEqual(new Set([0, 1]));
});

test('a row without a finite maximum is refused', () => {
  expect(() =>
    sampleToken({ logits: Float32Array.of(1, Number.NaN), settings: greedy, position: 0 }),
  ).toThrow(LogitsNotFiniteError);
});

test('min-p leaves out what is less than its share as probable as the likeliest', () => {
  const logits = Float32Array.from([0.5, 0.3, 0.15, 0.05].map(Math.log));
  const settings = { temperature: 1, topK: 0, topP: 1, seed: 3 };
  expect([...drawn(logits, { ...settings, minP: 0.2 })].sort()).toEqual([0, 1, 2]);
  expect([...drawn(logits, { ...settings, minP: 0.5 })].sort()).toEqual([0, 1]);
  expect([...drawn(logits, { ...settings, minP: 1 })]).toEqual([0]);
  expect([...drawn(logits, { ...settings, topP: 0.7, minP: 0.01 })].sort()).toEqual([0, 1]);
});

test('the likeliest tokens are reported with the model’s own log-probabilities, whatever the sampler does', () => {
  const logits = Float32Array.from([0.1, 0.6, 0.3].map(Math.log));
  const settings = { ...greedy, topLogProbabilities: 2, logitBias: [{ tokenId: 0, bias: 50 }] };
  const { tokenId, logProbability, top } = sampleToken({ logits, settings, position: 0 });
  expect(tokenId).toBe(0);
  expect(logProbability).toBeCloseTo(Math.log(0.1), 5);
  expect(top?.map((token) => token.tokenId)).toEqual([1, 2]);
  expect(top?.[0]?.logProbability).toBeCloseTo(Math.log(0.6), 5);
});

test('only what the mask allows is drawn, and nothing where it allows nothing', () => {
  const allowOnly = (...ids: number[]) => Int32Array.of(ids.reduce((bits, id) => bits | (1 << id), 0));
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat({ max: 31 }), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      (ids, seed) => {
        const logits = Float32Array.from({ length: 32 }, (_, id) => Math.sin(id * 7 + seed));
        for (const temperature of [0, 1.5]) {
          const settings = { temperature, topK: 3, topP: 0.9, minP: 0.05, seed };
          const { tokenId } = sampleToken({ logits, settings, position: 0, mask: allowOnly(...ids) });
          expect(ids).toContain(tokenId);
        }
      },
    ),
  );
  const nothing = { logits: Float32Array.of(1, 2), settings: greedy, position: 0, mask: Int32Array.of(0) };
  expect(() => sampleToken(nothing)).toThrow(NothingAllowedError);
});

test('what the device says of a row spares its computing and changes nothing', () => {
  fc.assert(
    fc.property(
      row,
      fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      fc.constantFrom(0, 0.7),
      (logits, seed, temperature) => {
        const settings = { temperature, topK: 5, topP: 0.9, seed };
        const computed = sampleToken({ logits, settings, position: 3 });
        const likeliest = logits.indexOf(Math.max(...logits));
        const logTotal = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
        const told = sampleToken({ logits, settings, position: 3, summary: { likeliest, logTotal } });
        expect(told.tokenId).toBe(computed.tokenId);
        expect(told.logProbability).toBeCloseTo(computed.logProbability, 6);
      },
    ),
  );
});

test('a total that is not finite is a faulty row', () => {
  const logits = Float32Array.of(1, Number.NaN, 2);
  const faulty = { logits, settings: greedy, position: 0, summary: { likeliest: 2, logTotal: Number.NaN } };
  expect(() => sampleToken(faulty)).toThrow(LogitsNotFiniteError);
});
