/** The graph of a decoder that reads whole texts, see `export/hugging-face-layout.ts`. */
import { huggingFaceTextLayout } from '../export/hugging-face-layout.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { meanPooling, type SentencePooling } from '../models/sentence-pooling.ts';
import type { Graph } from '../onnx/types.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { buildDecoderGraph } from './decoder-graph.ts';
import type { Precision } from './weight-product.ts';

export interface TextDecoderModel {
  readonly config: ModelConfig;
  readonly weights: TensorMap;
  /** A classifier's; without them the graph makes vectors. */
  readonly labels?: readonly string[];
  /** Of vectors; the mean, of length 1, without it. */
  readonly pooling?: SentencePooling;
}

export function buildTextDecoderGraph(model: TextDecoderModel, precision: Precision = 'fp32'): Graph {
  const { config, weights, labels, pooling = meanPooling } = model;
  const isClassifier = labels !== undefined;
  return buildDecoderGraph({
    config,
    weights,
    capacity: config.maxPositions,
    precision,
    int8: 'standard',
    adapters: false,
    layout: huggingFaceTextLayout(isClassifier ? 'last' : pooling.tokens),
    head: isClassifier ? 'classes' : pooling.isNormalized ? 'vectors' : 'plain-vectors',
  });
}
