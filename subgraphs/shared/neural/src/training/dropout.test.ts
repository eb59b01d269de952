import { describe, expect, it } from 'vitest';
import { fillMask, keptScale } from './dropout.ts';

const origin = { seed: 7, step: 3, site: 2, firstElement: 0 };

function maskOf(length: number, rate: number, more: Partial<typeof origin> = {}): Uint8Array {
  const mask = new Uint8Array(length);
  fillMask(mask, rate, { ...origin, ...more });
  return mask;
}
const keptShare = (mask: Uint8Array) => mask.reduce((sum, kept) => sum + kept, 0) / mask.length;
/** Pearson's, of two masks of one length. */
function correlation(a: Uint8Array, b: Uint8Array): number {
  const [meanA, meanB] = [keptShare(a), keptShare(b)];
  const covariance = a.reduce((sum, value, at) => sum + (value - meanA) * (b[at]! - meanB), 0) / a.length;
  return covariance / Math.sqrt(meanA * (1 - meanA) * meanB * (1 - meanB));
}

describe('a dropout mask', () => {
  const length = 400_000;

  it.each([0.05, 0.1, 0.5, 0.9])('leaves out the share %d, within five standard deviations', (rate) => {
    const deviation = Math.sqrt((rate * (1 - rate)) / length);
    expect(Math.abs(1 - keptShare(maskOf(length, rate)) - rate)).toBeLessThan(5 * deviation + 1 / 65_536);
  });

  it('scales what is kept so that the expected sum stays', () => {
    for (const rate of [0.1, 0.25, 0.5]) expect(keptScale(rate) * (1 - rate)).toBeCloseTo(1, 4);
  });

  it('is not correlated with that of another step, site or seed, nor with its own neighbours', () => {
    const mask = maskOf(length, 0.3);
    const bound = 5 / Math.sqrt(length);
    for (const other of [{ step: 4 }, { site: 3 }, { seed: 8 }, { seed: 2 ** 32 + 7 }]) {
      expect(Math.abs(correlation(mask, maskOf(length, 0.3, other)))).toBeLessThan(bound);
    }
    for (const lag of [1, 2, 7, 8, 192]) {
      expect(Math.abs(correlation(mask.subarray(lag), mask.subarray(0, length - lag)))).toBeLessThan(bound);
    }
  });

  it('is the same bytes however the batch is cut', () => {
    const whole = maskOf(1_001, 0.4);
    expect(maskOf(1_001, 0.4)).toEqual(whole);
    for (const cut of [1, 8, 333, 1_000]) {
      expect(maskOf(1_001 - cut, 0.4, { firstElement: cut })).toEqual(whole.slice(cut));
    }
  });
});
