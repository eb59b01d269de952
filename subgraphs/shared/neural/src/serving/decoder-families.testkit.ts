import { initializeLlama, llamaParameters } from '../architectures/llama-parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { createRandom } from '../random.ts';
import { elementCount, type TensorMap } from '../weights/tensor.ts';

const llama: ModelConfig = {
  vocabularySize: 29,
  hiddenSize: 24,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  intermediateSize: 20,
  maxPositions: 24,
  ropeTheta: 100,
  normEpsilon: 1e-2,
  tieEmbeddings: false,
  initializerRange: 0.4,
};
const yarn = {
  kind: 'yarn',
  factor: 4,
  originalPositions: 6,
  betaFast: 2,
  betaSlow: 0.1,
  attentionFactor: 1.2,
  truncate: false,
} as const;
const llama3 = {
  kind: 'llama3',
  factor: 4,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalPositions: 8,
} as const;

/** One of each kind of decoder that the engine serves. */
export const families: Readonly<Record<string, ModelConfig>> = {
  'a Llama with every bias and stretched positions': {
    ...llama,
    attentionBias: 'qkvo',
    feedForwardBias: true,
    ropeScaling: llama3,
  },
  'a Mistral with a window': {
    ...llama,
    family: 'mistral',
    slidingWindow: { tokens: 5, firstLayer: 0 },
    ropeScaling: { kind: 'linear', factor: 2 },
  },
  'a Qwen2 with a window from its second layer on': {
    ...llama,
    family: 'qwen2',
    attentionBias: 'qkv',
    tieEmbeddings: true,
    slidingWindow: { tokens: 3, firstLayer: 1 },
  },
  'a Qwen3 with YaRN': { ...llama, family: 'qwen3', queryKeyNorm: true, ropeScaling: yarn },
  'a Llama whose heads are padded': { ...llama, headSize: 6, attentionBias: 'qkvo', ropeScaling: yarn },
  'a Qwen3 whose heads are padded': { ...llama, family: 'qwen3', headSize: 20, queryKeyNorm: true },
};

/** Gains and biases off their initial ones and zeros, so that one left out shows. */
export function randomWeights(config: ModelConfig): TensorMap {
  const random = createRandom(11);
  const weights = new Map(initializeLlama(config, 7));
  for (const { name, dims, kind } of llamaParameters(config)) {
    if (kind === 'matrix') continue;
    const around = kind === 'gain' ? 1 : 0;
    const data = Float32Array.from({ length: elementCount(dims) }, () => around + 0.3 * random.normal());
    weights.set(name, { dims, data });
  }
  return weights;
}
