import { describe, expect, it } from 'vitest';
import { adamWDefaults, stepScalars } from './adamw.ts';
import { learningRateRatio } from './schedule.ts';

describe('learningRateRatio', () => {
  it('rises over the warm-up, falls as a cosine to its final share and stays there', () => {
    const schedule = { kind: 'cosine', warmupSteps: 10, totalSteps: 110, finalRatio: 0.1 } as const;
    const ratios = [1, 5, 10, 60, 110, 500].map((step) => learningRateRatio(schedule, step));
    expect(ratios.map((ratio) => Number(ratio.toFixed(6)))).toEqual([0.1, 0.5, 1, 0.55, 0.1, 0.1]);
  });

  it('stays at the peak after the warm-up when constant', () => {
    expect(
      [1, 2, 3, 1_000].map((step) => learningRateRatio({ kind: 'constant', warmupSteps: 2 }, step)),
    ).toEqual([0.5, 1, 1, 1]);
    expect(learningRateRatio({ kind: 'constant' }, 1)).toBe(1);
  });
});

describe('stepScalars', () => {
  it("folds the bias corrections so that a step equals the textbook's", () => {
    const adamW = adamWDefaults({ learningRate: 0.1, weightDecay: 0.5 });
    const [m, v, step, p] = [0.3, 0.02, 3, 2];
    const scalars = stepScalars(adamW, { learningRate: 0.1, step });
    const folded = scalars.decay * p - (scalars.stepSize * m) / (Math.sqrt(v) + scalars.epsilon);
    const textbook = p - 0.1 * (m / (1 - 0.9 ** step) / (Math.sqrt(v / (1 - 0.95 ** step)) + 1e-8) + 0.5 * p);
    expect(folded).toBeCloseTo(textbook, 12);
  });
});
