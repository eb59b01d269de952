import { describe, expect, it } from 'vitest';
import { learningRateRatio } from './schedule.ts';

describe('learningRateRatio', () => {
  it('rises over the warm-up, falls as a cosine to its final share and stays there', () => {
    const schedule = { kind: 'cosine', warmupSteps: 10, totalSteps: 110, finalRatio: 0.1 } as const;
    const ratios = [1, 5, 10, 60, 110, 500].map((step) => learningRateRatio(schedule, step));
    expect(ratios.map((ratio) => Number(ratio.toFixed(6)))).toEqual([0.1, 0.5, 1, 0.55, 0.1, 0.1]);
  });

  it('falls in equal steps to its final share when linear', () => {
    const schedule = { kind: 'linear', warmupSteps: 10, totalSteps: 110, finalRatio: 0.2 } as const;
    const ratios = [5, 10, 35, 60, 110, 500].map((step) => learningRateRatio(schedule, step));
    expect(ratios.map((ratio) => Number(ratio.toFixed(6)))).toEqual([0.5, 1, 0.8, 0.6, 0.2, 0.2]);
  });

  it('halves with every fourfold of the steps when inverse-sqrt, without an end', () => {
    const schedule = { kind: 'inverse-sqrt', warmupSteps: 100 } as const;
    expect([50, 100, 400, 1_600].map((step) => learningRateRatio(schedule, step))).toEqual([
      0.5, 1, 0.5, 0.25,
    ]);
    expect(learningRateRatio({ kind: 'inverse-sqrt', warmupSteps: 0 }, 4)).toBe(0.5);
  });

  it('stays at the peak after the warm-up when constant', () => {
    expect(
      [1, 2, 3, 1_000].map((step) => learningRateRatio({ kind: 'constant', warmupSteps: 2 }, step)),
    ).toEqual([0.5, 1, 1, 1]);
    expect(learningRateRatio({ kind: 'constant' }, 1)).toBe(1);
  });
});
