import { describe, expect, it } from 'vitest';
import { type CurvePoint, downSample } from './training-run.ts';

const curve = (length: number): CurvePoint[] =>
  Array.from({ length }, (_, index) => ({
    step: index + 1,
    tokens: index,
    trainLoss: 1,
    heldOutLoss: index % 10 === 4 ? 2 : null,
    learningRate: 0.001,
    gradientNorm: 1,
    tokensPerSecond: 1000,
    at: '2026-11-24T00:00:00.000Z',
  }));

describe('a loss curve', () => {
  it('stays whole up to 500 points', () => {
    expect(downSample(curve(500))).toHaveLength(500);
  });

  it('has at most 500 points after sampling and keeps those where the held-out loss was measured', () => {
    const sampled = downSample(curve(3333));
    expect(sampled.length).toBeLessThanOrEqual(500);
    const measured = sampled.filter((point) => point.heldOutLoss !== null).length;
    expect(measured).toBe(333);
  });
});
