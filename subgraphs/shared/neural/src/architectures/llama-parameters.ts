import type { ModelConfig } from '../models/model-config.ts';
import { createRandom } from '../random.ts';
import { elementCount, type Tensor, type TensorMap } from '../weights/tensor.ts';

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

export interface ParameterSpec {
  readonly name: string;
  readonly dims: readonly number[];
  /** Norm gains start at one and are not decayed; matrices start normally distributed and are. */
  readonly kind: 'matrix' | 'gain';
}

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

export const embeddingName = 'model.embed_tokens.weight';
export const finalNormName = 'model.norm.weight';
export const headName = 'lm_head.weight';
export const attentionNormName = (layer: number): string => `model.layers.${layer}.input_layernorm.weight`;
export const feedForwardNormName = (layer: number): string =>
  `model.layers.${layer}.post_attention_layernorm.weight`;

/** Every tensor of the model, in the order of a forward pass. */
export function llamaParameters(config: ModelConfig): readonly ParameterSpec[] {
  const gain = (name: string): ParameterSpec => ({ name, dims: [config.hiddenSize], kind: 'gain' });
  const matrix = (layer: number, projection: Projection): ParameterSpec => ({
    name: projectionName(layer, projection),
    dims: projectionDims(config, projection),
    kind: 'matrix',
  });
  const table = (name: string): ParameterSpec => ({
    name,
    dims: [config.vocabularySize, config.hiddenSize],
    kind: 'matrix',
  });
  const layers = Array.from({ length: config.layers }, (_, layer) => [
    gain(attentionNormName(layer)),
    ...projections.slice(0, 4).map((projection) => matrix(layer, projection)),
    gain(feedForwardNormName(layer)),
    ...projections.slice(4).map((projection) => matrix(layer, projection)),
  ]);
  const head = config.tieEmbeddings ? [] : [table(headName)];
  return [table(embeddingName), ...layers.flat(), gain(finalNormName), ...head];
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
  return new Map(
    llamaParameters(config).map((spec, index): [string, Tensor] => {
      const data = new Float32Array(elementCount(spec.dims));
      if (spec.kind === 'gain') return [spec.name, { dims: spec.dims, data: data.fill(1) }];
      const random = createRandom(seed, index);
      const intoResidual = /\.(o_proj|down_proj)\.weight$/.test(spec.name);
      const deviation = config.initializerRange * (intoResidual ? residualScale : 1);
      for (let at = 0; at < data.length; at += 1) data[at] = random.normal() * deviation;
      return [spec.name, { dims: spec.dims, data }];
    }),
  );
}
