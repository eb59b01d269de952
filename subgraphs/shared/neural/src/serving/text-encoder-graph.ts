/**
 * An encoder's graph for serving: any number of texts of any length up to the model's, padded to the longest.
 *
 *   inputs   input_ids [rows, time] int64
 *            mask [rows, time] int32            1 for a text's tokens, 0 for the padding after them
 *            positions [time] int64             0, 1, 2 …
 *            pooling [rows, 1, time]            of vectors: each token's share of its text
 *   outputs  output [rows, size]                vectors, of length 1 or as they are, or a logit a class
 *
 * Attention is ONNX Runtime's MultiHeadAttention. The weights are those that `architectures/bert.ts` trains.
 */
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
} from '../architectures/bert-parameters.ts';
import type { EncoderConfig } from '../models/encoder-config.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { float, type Graph, int, type Value } from '../onnx/types.ts';
import type { Tensor, TensorMap } from '../weights/tensor.ts';
import { type Precision, weightProduct } from './weight-product.ts';

export interface TextEncoderGraphOptions {
  readonly config: EncoderConfig;
  readonly weights: TensorMap;
  readonly precision: Precision;
  readonly output: 'vectors' | 'plain-vectors' | 'classes';
}

export function buildTextEncoderGraph(options: TextEncoderGraphOptions): Graph {
  const builder = new GraphBuilder('encode');
  const writer = new TextEncoderWriter(builder, options);
  const hidden = writer.hidden();
  builder.output('output', options.output === 'classes' ? writer.classes(hidden) : writer.vectors(hidden));
  return builder.build();
}

class TextEncoderWriter {
  readonly #builder: GraphBuilder;
  readonly #options: TextEncoderGraphOptions;

  constructor(builder: GraphBuilder, options: TextEncoderGraphOptions) {
    this.#builder = builder;
    this.#options = options;
  }

  /** [rows, time, hidden] */
  hidden(): Value {
    const builder = this.#builder;
    const { layers } = this.#options.config;
    const inputIds = builder.input('input_ids', 'int64', ['rows', 'time']);
    const mask = builder.input('mask', 'int32', ['rows', 'time']);
    const positions = builder.input('positions', 'int64', ['time']);
    const words = builder.gather(this.#table(wordTableName), inputIds);
    const places = builder.gather(this.#table(positionTableName), positions);
    const segment = builder.gather(this.#table(segmentTableName), builder.integers([0]));
    let stream = this.#normalize(builder.add(builder.add(words, places), segment), embeddingNormName);
    for (let layer = 0; layer < layers; layer += 1) {
      stream = builder.scope(`layer_${layer}`, () => {
        const attended = builder.add(stream, this.#attend(stream, { layer, mask }));
        const normed = this.#normalize(attended, attentionNormName(layer));
        const inner = builder.op('Gelu', [this.#linear(normed, layer, 'intermediate.dense')]);
        const fed = builder.add(normed, this.#linear(inner, layer, 'output.dense'));
        return this.#normalize(fed, outputNormName(layer));
      });
    }
    return stream;
  }

  /** The sum over a text's tokens by their shares; of length 1 where that is asked for. */
  vectors(hidden: Value): Value {
    const builder = this.#builder;
    const pooling = builder.input('pooling', 'float32', ['rows', 1, 'time']);
    const { hiddenSize } = this.#options.config;
    const pooled = builder.reshape(builder.matMul(pooling, hidden), [0, hiddenSize]);
    if (this.#options.output === 'plain-vectors') return pooled;
    const squares = builder.reduce('ReduceSum', builder.mul(pooled, pooled), [-1]);
    return builder.op('Div', [pooled, builder.op('Sqrt', [builder.add(squares, builder.scalar(1e-12))])]);
  }

  /** A logit a class, from the pooled first token. */
  classes(hidden: Value): Value {
    const first = this.#builder.gather(hidden, this.#builder.integer(0), 1);
    const pooled = this.#builder.op('Tanh', [this.#affine(first, poolerName)]);
    return this.#affine(pooled, 'classifier');
  }

  #attend(x: Value, { layer, mask }: { layer: number; mask: Value }): Value {
    const project = (name: BertLinear): Value => this.#linear(x, layer, name);
    const inputs = [
      project('attention.self.query'),
      project('attention.self.key'),
      project('attention.self.value'),
      undefined,
      mask,
    ];
    const mixed = this.#builder.op('MultiHeadAttention', inputs, {
      domain: 'com.microsoft',
      attributes: { num_heads: int(this.#options.config.heads), mask_filter_value: float(-1e9) },
    });
    return this.#linear(mixed, layer, 'attention.output.dense');
  }

  #linear(x: Value, layer: number, name: BertLinear): Value {
    return this.#affine(x, bertLinearName(layer, name));
  }

  /** x·Wᵀ + b */
  #affine(x: Value, name: string): Value {
    const { precision } = this.#options;
    const weights = [this.#weight(`${name}.weight`)];
    const product = weightProduct(this.#builder, { x, weights, name, precision, int8: 'fused' });
    return this.#builder.add(product, this.#table(`${name}.bias`));
  }

  #normalize(x: Value, name: string): Value {
    const epsilon = float(this.#options.config.normEpsilon);
    return this.#builder.op(
      'LayerNormalization',
      [x, this.#table(`${name}.weight`), this.#table(`${name}.bias`)],
      { attributes: { axis: int(-1), epsilon, stash_type: int(1) } },
    );
  }

  #table(name: string): Value {
    return this.#builder.initializer(name, this.#weight(name));
  }

  #weight(name: string): Tensor {
    return this.#options.weights.get(name)!;
  }
}
