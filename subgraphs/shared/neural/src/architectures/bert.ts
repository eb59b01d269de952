import { attention } from '../autodiff/composites/attention.ts';
import { gelu } from '../autodiff/composites/gelu.ts';
import { layerNorm } from '../autodiff/composites/layer-norm.ts';
import type { EncoderConfig } from '../models/encoder-config.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';
import {
  attentionNormName,
  type BertLinear,
  bertLinearName,
  embeddingNormName,
  outputNormName,
  poolerName,
  positionTableName,
  segmentTableName,
  wordTableName,
} from './bert-parameters.ts';
import type { Dropout } from './llama.ts';

export interface BertInputs {
  /** int64 [batch, time], one text a row */
  readonly inputIds: Value;
  /** int64 [batch, time]; a token sees the tokens of its own segment: 1 for the text, 0 for padding. */
  readonly segmentIds: Value;
}

interface BertOptions {
  readonly config: EncoderConfig;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly inputs: BertInputs;
  /** What leaves activations out of what is added to the stream. */
  readonly dropout?: Dropout | undefined;
}

/** What the encoder knows of each token: [batch·time, hidden]. Norms follow their sums, as Devlin et al. 2018 wrote it. */
export function bert(builder: GraphBuilder, options: BertOptions): Value {
  const { config, parameters, inputs } = options;
  const { hiddenSize, heads } = config;
  const drop: Dropout = options.dropout ?? ((x) => x);
  const [batch, time] = inputs.inputIds.dims as [number, number];
  const linear = (x: Value, layer: number, name: BertLinear): Value =>
    affine(builder, x, { parameters, name: bertLinearName(layer, name) });
  const normalize = (x: Value, name: string): Value =>
    layerNorm(builder, x, {
      weight: parameters.get(`${name}.weight`)!,
      bias: parameters.get(`${name}.bias`)!,
      epsilon: config.normEpsilon,
    });

  const bias = builder.scope('mask', () => segmentBias(builder, inputs.segmentIds));
  /** [batch·time, heads·d] -> [batch, heads, time, d] */
  const intoHeads = (x: Value): Value =>
    builder.transpose(builder.reshape(x, [batch, time, heads, hiddenSize / heads]), [0, 2, 1, 3]);
  const attend = (x: Value, layer: number): Value => {
    const mixed = attention(builder, {
      q: intoHeads(linear(x, layer, 'attention.self.query')),
      k: intoHeads(linear(x, layer, 'attention.self.key')),
      v: intoHeads(linear(x, layer, 'attention.self.value')),
      bias,
    });
    const rows = builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), [batch * time, hiddenSize]);
    return drop(linear(rows, layer, 'attention.output.dense'), `layer_${layer}.attention`);
  };

  let stream = builder.scope('embeddings', () => {
    const words = builder.gather(parameters.get(wordTableName)!, inputs.inputIds);
    const range = builder.integers(Array.from({ length: time }, (_, at) => at));
    const places = builder.gather(parameters.get(positionTableName)!, range);
    const segment = builder.gather(parameters.get(segmentTableName)!, builder.integers([0]));
    const sum = builder.add(builder.add(words, places), segment);
    const normed = normalize(builder.reshape(sum, [batch * time, hiddenSize]), embeddingNormName);
    return drop(normed, 'embeddings');
  });
  for (let layer = 0; layer < config.layers; layer += 1) {
    stream = builder.scope(`layer_${layer}`, () => {
      const attended = normalize(builder.add(stream, attend(stream, layer)), attentionNormName(layer));
      const inner = gelu(builder, linear(attended, layer, 'intermediate.dense'));
      const fed = drop(linear(inner, layer, 'output.dense'), `layer_${layer}.feed_forward`);
      return normalize(builder.add(attended, fed), outputNormName(layer));
    });
  }
  return stream;
}

/** BERT's summary of each text, from its first token: tanh(W·h + b), [batch, hidden]. */
export function bertPooled(builder: GraphBuilder, hidden: Value, options: BertOptions): Value {
  const [batch, time] = options.inputs.inputIds.dims as [number, number];
  const first = builder.integers(Array.from({ length: batch }, (_, row) => row * time));
  const { parameters } = options;
  return builder.op('Tanh', [
    affine(builder, builder.gather(hidden, first), { parameters, name: poolerName }),
  ]);
}

/** x·Wᵀ + b */
export function affine(
  builder: GraphBuilder,
  x: Value,
  options: { readonly parameters: ReadonlyMap<string, Value>; readonly name: string },
): Value {
  const { parameters, name } = options;
  const product = builder.gemm(x, parameters.get(`${name}.weight`)!, { transB: true });
  return builder.add(product, parameters.get(`${name}.bias`)!);
}

/** 0 within a segment, -1e9 across: [batch, 1, time, time]. */
function segmentBias(builder: GraphBuilder, segmentIds: Value): Value {
  const [batch, time] = segmentIds.dims as [number, number];
  const same = builder.op('Equal', [
    builder.reshape(segmentIds, [batch, 1, time, 1]),
    builder.reshape(segmentIds, [batch, 1, 1, time]),
  ]);
  return builder.op('Where', [same, builder.scalar(0), builder.scalar(-1e9)]);
}
