import type { EncoderConfig } from '../models/encoder-config.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { initializeParameters, type ParameterSpec } from './parameters.ts';

/** The linear layers of one block, by their Hugging Face names. */
export const bertLinears = [
  'attention.self.query',
  'attention.self.key',
  'attention.self.value',
  'attention.output.dense',
  'intermediate.dense',
  'output.dense',
] as const;
export type BertLinear = (typeof bertLinears)[number];

export const wordTableName = 'embeddings.word_embeddings.weight';
export const positionTableName = 'embeddings.position_embeddings.weight';
export const segmentTableName = 'embeddings.token_type_embeddings.weight';
export const embeddingNormName = 'embeddings.LayerNorm';
export const attentionNormName = (layer: number): string => `${blockName(layer)}.attention.output.LayerNorm`;
export const outputNormName = (layer: number): string => `${blockName(layer)}.output.LayerNorm`;
export const poolerName = 'pooler.dense';
export const bertLinearName = (layer: number, linear: BertLinear): string => `${blockName(layer)}.${linear}`;

const blockName = (layer: number): string => `encoder.layer.${layer}`;

export function linearParameters(name: string, dims: readonly [number, number]): readonly ParameterSpec[] {
  return [
    { name: `${name}.weight`, dims, kind: 'matrix' },
    { name: `${name}.bias`, dims: [dims[0]], kind: 'bias' },
  ];
}

/** Every tensor of `BertModel`, in the order of a forward pass; the pooler where something reads from it. */
export function bertParameters(
  config: EncoderConfig,
  options: { readonly pooler: boolean },
): readonly ParameterSpec[] {
  const { hiddenSize, intermediateSize } = config;
  const table = (name: string, rows: number): ParameterSpec => ({
    name,
    dims: [rows, hiddenSize],
    kind: 'table',
  });
  const norm = (name: string): readonly ParameterSpec[] => [
    { name: `${name}.weight`, dims: [hiddenSize], kind: 'gain' },
    { name: `${name}.bias`, dims: [hiddenSize], kind: 'bias' },
  ];
  const linear = (layer: number, name: BertLinear): readonly ParameterSpec[] =>
    linearParameters(bertLinearName(layer, name), [
      name === 'intermediate.dense' ? intermediateSize : hiddenSize,
      name === 'output.dense' ? intermediateSize : hiddenSize,
    ]);
  const layers = Array.from({ length: config.layers }, (_, layer) => [
    ...bertLinears.slice(0, 4).flatMap((name) => linear(layer, name)),
    ...norm(attentionNormName(layer)),
    ...bertLinears.slice(4).flatMap((name) => linear(layer, name)),
    ...norm(outputNormName(layer)),
  ]);
  return [
    table(wordTableName, config.vocabularySize),
    table(positionTableName, config.maxPositions),
    table(segmentTableName, config.segmentTypes),
    ...norm(embeddingNormName),
    ...layers.flat(),
    ...(options.pooler ? linearParameters(poolerName, [hiddenSize, hiddenSize]) : []),
  ];
}

export function initializeBert(
  config: EncoderConfig,
  options: { readonly pooler: boolean; readonly seed: number },
): TensorMap {
  const deviationOf = () => config.initializerRange;
  return initializeParameters(bertParameters(config, options), { seed: options.seed, deviationOf });
}
