import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { floats } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { createOptimizer, type OptimizerOptions } from './create-optimizer.ts';
import type { Moment } from './optimizer.ts';

const size = 6;
const start = Float32Array.from([0.5, -1.2, 0, 2, -0.03, 1]);
const gradientAt = (step: number) => Float32Array.from(start, (_, at) => Math.sin(step * 1.3 + at));

/** Parameters after each of some steps on the given gradients, as the graph computes them. */
async function trajectory(options: OptimizerOptions, clip: number): Promise<number[][]> {
  const optimizer = createOptimizer(options);
  const builder = new GraphBuilder('update');
  const input = (name: string, dims: readonly number[] = [size]) => builder.input(name, 'float32', dims);
  const next = optimizer.update(builder, {
    parameter: input('parameter'),
    moments: Object.fromEntries(optimizer.moments.map((moment) => [moment, input(moment)])),
    gradient: input('gradient'),
    clip: input('clip', []),
    scalars: Object.fromEntries(optimizer.scalarNames.map((name) => [name, input(name, [])])),
    decayed: optimizer.decays('matrix'),
  });
  builder.output('next_parameter', next.parameter);
  for (const moment of optimizer.moments) builder.output(`next_${moment}`, next.moments[moment]!);
  const session = Session.create(builder.build(), { threads: 1 });
  let state: Record<string, Float32Array> = {
    parameter: start,
    ...Object.fromEntries(optimizer.moments.map((moment: Moment) => [moment, new Float32Array(size)])),
  };
  const path: number[][] = [];
  for (let step = 1; step <= 4; step += 1) {
    const scalars = optimizer.scalarsAt({ learningRate: optimizer.learningRate, step });
    const inputs = {
      ...Object.fromEntries(Object.entries(state).map(([name, data]) => [name, floats([size], data)])),
      ...Object.fromEntries(
        Object.entries(scalars).map(([name, value]) => [name, floats([], Float32Array.of(value))]),
      ),
      gradient: floats([size], gradientAt(step)),
      clip: floats([], Float32Array.of(clip)),
    };
    const outputs = await session.evaluate(inputs);
    state = Object.fromEntries(
      Object.keys(state).map((name) => [name, outputs[`next_${name}`]!.data as Float32Array]),
    );
    path.push([...state.parameter!]);
  }
  session.release();
  return path;
}

/** The textbook's loop, in double precision: `rule` changes one element and keeps what it needs between steps. */
function expected(rule: (p: number, g: number, memory: number[], step: number) => number): number[][] {
  const memories = Array.from(start, () => [0, 0]);
  let parameters: number[] = [...start];
  return [1, 2, 3, 4].map((step) => {
    const gradient = gradientAt(step);
    parameters = parameters.map((p, at) => rule(p, gradient[at]!, memories[at]!, step));
    return parameters;
  });
}

function expectClose(actual: number[][], wanted: number[][]): void {
  actual.forEach((row, step) => {
    row.forEach((value, at) => {
      expect(value).toBeCloseTo(wanted[step]![at]!, 5);
    });
  });
}

describe('createOptimizer', () => {
  it("takes AdamW's steps, its decay beside the gradient and its bias corrections folded in", async () => {
    const path = await trajectory({ learningRate: 0.1, weightDecay: 0.5 }, 0.8);
    const textbook = expected((p, gradient, memory, step) => {
      const g = 0.8 * gradient;
      memory[0] = 0.9 * memory[0]! + 0.1 * g;
      memory[1] = 0.95 * memory[1]! + 0.05 * g * g;
      const [m, v] = [memory[0] / (1 - 0.9 ** step), memory[1] / (1 - 0.95 ** step)];
      return p - 0.1 * (m / (Math.sqrt(v) + 1e-8) + 0.5 * p);
    });
    expectClose(path, textbook);
  });

  it.each([
    [0.9, false],
    [0.9, true],
    [0, false],
  ])("takes torch.optim.SGD's steps with momentum %s and Nesterov %s", async (momentum, nesterov) => {
    const path = await trajectory(
      { kind: 'sgd', learningRate: 0.1, momentum, nesterov, weightDecay: 0.2 },
      0.8,
    );
    const textbook = expected((p, gradient, memory) => {
      const d = 0.8 * gradient + 0.2 * p;
      memory[0] = momentum * memory[0]! + d;
      return p - 0.1 * (nesterov ? d + momentum * memory[0] : memory[0]);
    });
    expectClose(path, textbook);
  });

  it('decays matrices only, unless other kinds are named, and nothing at a decay of 0', () => {
    const decayed = (options: Partial<OptimizerOptions>) =>
      (['matrix', 'table', 'gain'] as const).filter((kind) =>
        createOptimizer({ learningRate: 1, ...options } as OptimizerOptions).decays(kind),
      );
    expect(decayed({})).toEqual(['matrix']);
    expect(decayed({ decayed: ['matrix', 'table'] })).toEqual(['matrix', 'table']);
    expect(decayed({ weightDecay: 0 })).toEqual([]);
    expect(decayed({ kind: 'sgd' })).toEqual([]);
  });

  it('refuses what it does not know, and Nesterov without momentum, by name', () => {
    expect(() => createOptimizer({ kind: 'lion', learningRate: 1 } as never)).toThrow('no optimizer "lion"');
    expect(() => createOptimizer({ kind: 'sgd', learningRate: 1, momentum: 0, nesterov: true })).toThrow(
      'Nesterov needs a momentum above 0',
    );
  });
});
