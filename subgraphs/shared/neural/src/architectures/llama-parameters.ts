import type { ModelConfig } from '../models/model-config.ts';
import { elementCount, type TensorMap } from '../weights/tensor.ts';
import { initializeParameters, type ParameterKind, type ParameterSpec } from './parameters.ts';

/** The projections of one layer, by their Hugging Face names; LoRA may target any of them. */
export const projections = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const;
export type Projection = (typeof projections)[number];

/** Weights are `[out, in]`, as PyTorch's Linear keeps them. */
export function projectionDims(config: ModelConfig, projection: Projection): readonly [number, number] {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize } = config;
  switch (projection) {
    case 'q_proj':
      return [heads * headSize, hiddenSize];
    case 'k_proj':
    case 'v_proj':
      return [keyValueHeads * headSize, hiddenSize];
    case 'o_proj':
      return [hiddenSize, heads * headSize];
    case 'gate_proj':
    case 'up_proj':
      return [intermediateSize, hiddenSize];
    case 'down_proj':
      return [hiddenSize, intermediateSize];
  }
}

export function projectionName(layer: number, projection: Projection): string {
  const block =
    projection === 'gate_proj' || projection === 'up_proj' || projection === 'down_proj'
      ? 'mlp'
      : 'self_attn';
  return `model.layers.${layer}.${block}.${projection}.weight`;
}

/** Where a projection adds a bias, the name of it; of length out. */
export function biasName(config: ModelConfig, layer: number, projection: Projection): string | undefined {
  const inAttention =
    config.attentionBias !== undefined && ['q_proj', 'k_proj', 'v_proj'].includes(projection);
  const afterAttention = config.attentionBias === 'qkvo' && projection === 'o_proj';
  const inFeedForward = config.feedForwardBias === true && projections.indexOf(projection) >= 4;
  if (!inAttention && !afterAttention && !inFeedForward) return undefined;
  return projectionName(layer, projection).replace(/weight$/, 'bias');
}

export const embeddingName = 'model.embed_tokens.weight';
export const finalNormName = 'model.norm.weight';
export const headName = 'lm_head.weight';
/** Of a classifier, as transformers calls it. */
export const scoreName = 'score.weight';
export const attentionNormName = (layer: number): string => `model.layers.${layer}.input_layernorm.weight`;
export const feedForwardNormName = (layer: number): string =>
  `model.layers.${layer}.post_attention_layernorm.weight`;
/** Gain over the elements of one head, the same for all heads. */
export const headNormName = (layer: number, projection: 'q_proj' | 'k_proj'): string =>
  `model.layers.${layer}.self_attn.${projection === 'q_proj' ? 'q_norm' : 'k_norm'}.weight`;

/** Every tensor of the model, in the order of a forward pass. */
export function llamaParameters(config: ModelConfig): readonly ParameterSpec[] {
  const gain = (name: string, size = config.hiddenSize): ParameterSpec => ({
    name,
    dims: [size],
    kind: 'gain',
  });
  const projection = (layer: number, name: Projection): readonly ParameterSpec[] => {
    const dims = projectionDims(config, name);
    const bias = biasName(config, layer, name);
    return [
      { name: projectionName(layer, name), dims, kind: 'matrix' },
      ...(bias === undefined ? [] : [{ name: bias, dims: [dims[0]], kind: 'bias' as const }]),
    ];
  };
  const headNorms = (layer: number): readonly ParameterSpec[] =>
    config.queryKeyNorm === true
      ? [
          gain(headNormName(layer, 'q_proj'), config.headSize),
          gain(headNormName(layer, 'k_proj'), config.headSize),
        ]
      : [];
  const vocabulary = (name: string, kind: ParameterKind): ParameterSpec => ({
    name,
    dims: [config.vocabularySize, config.hiddenSize],
    kind,
  });
  const layers = Array.from({ length: config.layers }, (_, layer) => [
    gain(attentionNormName(layer)),
    ...projections.slice(0, 4).flatMap((name) => projection(layer, name)),
    ...headNorms(layer),
    gain(feedForwardNormName(layer)),
    ...projections.slice(4).flatMap((name) => projection(layer, name)),
  ]);
  const head = config.tieEmbeddings ? [] : [vocabulary(headName, 'matrix')];
  return [vocabulary(embeddingName, 'table'), ...layers.flat(), gain(finalNormName), ...head];
}

export function parameterCount(config: ModelConfig): number {
  return llamaParameters(config).reduce((total, { dims }) => total + elementCount(dims), 0);
}

/**
 * A fresh model. Projections that write into the residual stream start smaller by √(2·layers), so that its variance
 * does not grow with depth (GPT-2).
 */
export function initializeLlama(config: ModelConfig, seed: number): TensorMap {
  const residualScale = 1 / Math.sqrt(2 * config.layers);
  return initializeParameters(llamaParameters(config), {
    seed,
    deviationOf: (name) =>
      config.initializerRange * (/\.(o_proj|down_proj)\.weight$/.test(name) ? residualScale : 1),
  });
}
