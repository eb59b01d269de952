import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../models/model-config.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { checkMemory, estimateMemory, liveBytes } from './memory-estimate.ts';
import type { Run } from './run.ts';

const config: ModelConfig = {
  vocabularySize: 2_048,
  hiddenSize: 192,
  layers: 4,
  heads: 6,
  keyValueHeads: 6,
  headSize: 32,
  intermediateSize: 512,
  maxPositions: 256,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.02,
};
const run: Run = {
  config,
  batchSize: 8,
  sequenceLength: 256,
  microBatches: 1,
  optimizer: { learningRate: 1e-3 },
  schedule: { kind: 'constant' },
  seed: 1,
};
const parameterBytes = 4 * 2_164_416;

describe('liveBytes', () => {
  it('counts what is alive at once, not what ever was, and a reshape not at all', () => {
    const builder = new GraphBuilder('chain');
    let x = builder.input('x', 'float32', [1_000]);
    for (let step = 0; step < 10; step += 1) x = builder.scale(x, step + 2);
    builder.output('y', builder.reshape(x, [10, 100]));
    expect(liveBytes(builder.build())).toBe(2 * 4_000);
  });

  it('keeps a value until its last reader', () => {
    const builder = new GraphBuilder('kept');
    const first = builder.scale(builder.input('x', 'float32', [1_000]), 2);
    let x = first;
    for (let step = 0; step < 3; step += 1) x = builder.scale(x, step + 3);
    builder.output('y', builder.add(x, first));
    expect(liveBytes(builder.build())).toBe(3 * 4_000);
  });
});

describe('estimateMemory', () => {
  it('counts parameters, moments and their second copy by the optimizer', () => {
    const adam = estimateMemory(run);
    expect(adam).toMatchObject({
      parameters: parameterBytes,
      moments: 2 * parameterBytes,
      secondCopy: 3 * parameterBytes,
    });
    const sgd = estimateMemory({ ...run, optimizer: { kind: 'sgd', learningRate: 1 } });
    expect(sgd.moments).toBe(parameterBytes);
    expect(sgd.total).toBeLessThan(adam.total);
  });

  it('needs less for parts of a batch than for the whole, on one thread', () => {
    const whole = estimateMemory(run);
    const parts = estimateMemory({ ...run, microBatches: 8 }, { threads: 1 });
    expect(parts.activations).toBeLessThan(whole.activations / 4);
    const twoLanes = estimateMemory({ ...run, microBatches: 8 }, { threads: 2 });
    expect(twoLanes.activations).toBeGreaterThan(1.8 * parts.activations);
  });
});

describe('checkMemory', () => {
  it('lets pass what fits and refuses the rest with the sum', () => {
    const { total } = estimateMemory(run);
    expect(checkMemory(run, { availableBytes: total }).total).toBe(total);
    expect(() => checkMemory(run, { availableBytes: total - 1 })).toThrow(
      /^the run would need \d+ MB \(parameters 9 MB \+ moments 17 MB \+ their second copy 25 MB \+ activations \d+ MB .*\), \d+ MB are available: lower the batch size/,
    );
    try {
      checkMemory(run, { availableBytes: 1e6 });
    } catch (error) {
      expect(error).toMatchObject({ code: 'MEMORY_INSUFFICIENT', details: { total, availableBytes: 1e6 } });
    }
  });
});
