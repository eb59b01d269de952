import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floats, hostTensors } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { batchAt, config, optimizers, shape, steps, weights } from './reference-curve.testkit.ts';
import { createTask } from './tasks.ts';
import { createTrainer } from './trainer.ts';
import { buildGradientGraph, gradientName } from './training-graph.ts';

interface Point {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly gradients?: Readonly<Record<string, number>>;
}
const { curves } = JSON.parse(
  readFileSync(new URL('../../reference/training/curves.json', import.meta.url), 'utf8'),
) as { curves: Record<keyof typeof optimizers, readonly Point[]> };

describe('a short run, held to the steps that PyTorch takes', () => {
  it.each(Object.keys(optimizers) as (keyof typeof optimizers)[])(
    'has its losses and gradient norms with %s, whole and in parts',
    async (name) => {
      for (const microBatches of [1, 4]) {
        const trainer = await createTrainer({
          config,
          weights: weights(),
          ...shape,
          optimizer: optimizers[name],
          schedule: { kind: 'constant' },
          seed: 1,
          threads: 1,
          microBatches,
        });
        for (let step = 0; step < steps; step += 1) {
          const expected = curves[name][step]!;
          const { loss, gradientNorm } = await trainer.trainStep(batchAt(step));
          expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(1e-5);
          expect(Math.abs(gradientNorm / expected.gradientNorm - 1)).toBeLessThan(2e-5);
          // Rounding has not had time to grow in the first step.
          if (step === 0) expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(1e-7);
        }
        await trainer.release();
      }
    },
  );

  it('has the gradient norm of every parameter', async () => {
    const task = createTask({ config, ...shape });
    const session = Session.create(buildGradientGraph({ task }), { threads: 1 });
    const batch = batchAt(0);
    const results = await session.evaluate({
      ...task.feeds(batch),
      ...hostTensors(weights()),
      total_weight: floats([], Float32Array.of(task.lossWeight(batch))),
    });
    session.release();
    const expected = curves.adamw[0]!.gradients!;
    expect(Object.keys(expected).sort()).toEqual(task.parameters.map(({ name }) => name).sort());
    for (const [name, norm] of Object.entries(expected)) {
      const own = Math.hypot(...(results[gradientName(name)]!.data as Float32Array));
      expect(Math.abs(own / norm - 1)).toBeLessThan(1e-5);
    }
  });
});
