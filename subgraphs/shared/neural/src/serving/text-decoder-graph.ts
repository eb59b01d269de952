/** The graph of a decoder that reads whole texts, see `export/hugging-face-layout.ts`; fp32. */
import { huggingFaceTextLayout } from '../export/hugging-face-layout.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { Graph } from '../onnx/types.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { buildDecoderGraph } from './decoder-graph.ts';

export interface TextDecoderModel {
  readonly config: ModelConfig;
  readonly weights: TensorMap;
  /** A classifier's; without them the graph makes vectors. */
  readonly labels?: readonly string[];
}

export function buildTextDecoderGraph({ config, weights, labels }: TextDecoderModel): Graph {
  const isClassifier = labels !== undefined;
  return buildDecoderGraph({
    config,
    weights,
    capacity: config.maxPositions,
    precision: 'fp32',
    adapters: false,
    layout: huggingFaceTextLayout(isClassifier ? 'last' : 'mean'),
    head: isClassifier ? 'classes' : 'vectors',
  });
}
