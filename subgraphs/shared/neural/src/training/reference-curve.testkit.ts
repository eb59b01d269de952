/** The run of `reference/training`, whose curves PyTorch has computed: packed rows, grouped queries, tied embeddings. */
import { initializeLlama } from '../architectures/llama-parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { OptimizerOptions } from '../optimizers/create-optimizer.ts';
import { createRandom } from '../random.ts';
import type { TensorMap } from '../weights/tensor.ts';
import type { Batch } from './batch.ts';

export const config: ModelConfig = {
  vocabularySize: 48,
  hiddenSize: 32,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 8,
  intermediateSize: 56,
  maxPositions: 24,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.1,
};
export const shape = { batchSize: 4, sequenceLength: 24 };
export const steps = 12;
const common = { learningRate: 0.02, weightDecay: 0.1, maxGradientNorm: 0.5 };
export const optimizers = {
  adamw: { ...common, learningRate: 0.003, betas: [0.9, 0.95], epsilon: 1e-8 },
  sgd: { ...common, kind: 'sgd', momentum: 0.9, nesterov: false },
  nesterov: { ...common, kind: 'sgd', momentum: 0.9, nesterov: true },
} as const satisfies Record<string, OptimizerOptions>;

export const weights = (): TensorMap => initializeLlama(config, 11);

export function batchAt(step: number): Batch {
  const random = createRandom(21, step);
  const size = shape.batchSize * shape.sequenceLength;
  const batch = {
    inputIds: new BigInt64Array(size),
    targets: new BigInt64Array(size),
    lossWeights: new Float32Array(size),
    segmentIds: new BigInt64Array(size),
    positions: new BigInt64Array(size),
    tokens: size,
  };
  for (let at = 0; at < size; at += 1) {
    const column = at % shape.sequenceLength;
    const position = column % 8;
    const token = position === 0 ? random.below(48) : (Number(batch.inputIds[at - 1]) * 7 + 5) % 48;
    batch.inputIds[at] = BigInt(token);
    batch.targets[at] = BigInt((token * 7 + 5) % 48);
    batch.lossWeights[at] = position < 2 ? 0.1 : 1;
    batch.segmentIds[at] = BigInt(Math.floor(column / 8) + 1);
    batch.positions[at] = BigInt(position);
  }
  return batch;
}
