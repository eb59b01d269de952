/**
 * An encoder's graph for serving: any number of texts of any length up to the model's, padded to the longest.
 *
 *   inputs   input_ids [rows, time] int64
 *            mask [rows, time] int32            1 for a text's tokens, 0 for the padding after them
 *            positions [time] int64             0, 1, 2 …
 *            pooling [rows, 1, time]            of vectors: each token's share of its text
 *   outputs  output [rows, size]                vectors, of length 1 or as they are, or a logit a class
 *
 * or, exported as Hugging Face's tools do, with operators that every execution provider has:
 *
 *   inputs   input_ids, attention_mask, token_type_ids [batch, sequence] int64
 *   outputs  logits, or sentence_embedding
 *
 * The engine's attention is ONNX Runtime's MultiHeadAttention. The weights are those that `architectures/bert.ts` trains.
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
import type { PooledTokens } from '../models/sentence-pooling.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementTypeCodes, float, type Graph, int, type Value } from '../onnx/types.ts';
import type { Tensor, TensorMap } from '../weights/tensor.ts';
import { type Precision, weightProduct } from './weight-product.ts';

export interface TextEncoderGraphOptions {
  readonly config: EncoderConfig;
  readonly weights: TensorMap;
  readonly precision: Precision;
  readonly output: 'vectors' | 'plain-vectors' | 'classes';
  /** To be exported: which tokens the graph itself pools to a vector. */
  readonly exported?: PooledTokens;
}

export function buildTextEncoderGraph(options: TextEncoderGraphOptions): Graph {
  const builder = new GraphBuilder('encode');
  const writer = new TextEncoderWriter(builder, options);
  const hidden = writer.hidden();
  const isClassifier = options.output === 'classes';
  const name = isClassifier ? 'logits' : 'sentence_embedding';
  const output = isClassifier ? writer.classes(hidden) : writer.vectors(hidden);
  builder.output(options.exported === undefined ? 'output' : name, output);
  return builder.build();
}

/** What the texts are given as, and what every layer needs of it. */
interface EncoderInputs {
  /** The sum of its tables' rows: [rows, time, hidden]. */
  readonly embedded: Value;
  /** The engine's; of an exported graph int64. */
  readonly mask: Value;
  /** Of an exported graph: 0 where a token may look, -1e9 where not, [batch, 1, 1, sequence]. */
  readonly bias?: Value;
}

const [batch, sequence] = ['batch_size', 'sequence_length'] as const;

class TextEncoderWriter {
  readonly #builder: GraphBuilder;
  readonly #options: TextEncoderGraphOptions;
  #inputs: EncoderInputs | undefined;

  constructor(builder: GraphBuilder, options: TextEncoderGraphOptions) {
    this.#builder = builder;
    this.#options = options;
  }

  /** [rows, time, hidden] */
  hidden(): Value {
    const builder = this.#builder;
    const { layers } = this.#options.config;
    this.#inputs = this.#options.exported === undefined ? this.#ownInputs() : this.#exportedInputs();
    let stream = this.#normalize(this.#inputs.embedded, embeddingNormName);
    for (let layer = 0; layer < layers; layer += 1) {
      stream = builder.scope(`layer_${layer}`, () => {
        const attended = builder.add(stream, this.#attend(stream, layer));
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
    const { exported } = this.#options;
    const pooling =
      exported === undefined
        ? builder.input('pooling', 'float32', ['rows', 1, 'time'])
        : builder.op('Unsqueeze', [this.#shares(exported), builder.integers([1])]);
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

  #ownInputs(): EncoderInputs {
    const builder = this.#builder;
    const inputIds = builder.input('input_ids', 'int64', ['rows', 'time']);
    const mask = builder.input('mask', 'int32', ['rows', 'time']);
    const positions = builder.input('positions', 'int64', ['time']);
    return { embedded: this.#embed(inputIds, positions, builder.integers([0])), mask };
  }

  #exportedInputs(): EncoderInputs {
    const builder = this.#builder;
    const [inputIds, mask, segments] = (['input_ids', 'attention_mask', 'token_type_ids'] as const).map(
      (name) => builder.input(name, 'int64', [batch, sequence]),
    ) as [Value, Value, Value];
    const embedded = this.#embed(inputIds, this.#places(inputIds), segments);
    const hidden = builder.scale(builder.sub(builder.scalar(1), this.#toFloat(mask)), -1e9);
    const bias = builder.named(builder.reshape(hidden, [0, 1, 1, -1]), [batch, 1, 1, sequence]);
    return { embedded, mask, bias };
  }

  #embed(inputIds: Value, positions: Value, segments: Value): Value {
    const builder = this.#builder;
    const words = builder.gather(this.#table(wordTableName), inputIds);
    const places = builder.gather(this.#table(positionTableName), positions);
    return builder.add(builder.add(words, places), builder.gather(this.#table(segmentTableName), segments));
  }

  /** 0, 1, 2 …, as many as the sequence has tokens. */
  #places(tokens: Value): Value {
    const builder = this.#builder;
    const length = builder.gather(builder.op('Shape', [tokens]), builder.integer(1));
    return builder.named(builder.op('Range', [builder.integer(0), length, builder.integer(1)]), [sequence]);
  }

  #toFloat(x: Value): Value {
    return this.#builder.op('Cast', [x], { attributes: { to: int(elementTypeCodes.float32) } });
  }

  /** [batch, sequence]: one, divided among the tokens that speak for a text. */
  #shares(tokens: PooledTokens): Value {
    const builder = this.#builder;
    const { mask } = this.#inputs!;
    const shown = this.#toFloat(mask);
    if (tokens === 'mean') return builder.op('Div', [shown, builder.reduce('ReduceSum', shown, [-1])]);
    const places = this.#places(mask);
    // Of equal ones ArgMax takes the first.
    const ranks = tokens === 'first' ? mask : builder.mul(mask, builder.add(places, builder.integer(1)));
    const attributes = { axis: int(-1), keepdims: int(1) };
    const place = builder.op('ArgMax', [this.#toFloat(ranks)], { attributes });
    return this.#toFloat(builder.op('Equal', [places, place]));
  }

  #attend(x: Value, layer: number): Value {
    const { bias } = this.#inputs!;
    const mixed = bias === undefined ? this.#mixFused(x, layer) : this.#mix(x, layer, bias);
    return this.#linear(mixed, layer, 'attention.output.dense');
  }

  #mix(x: Value, layer: number, bias: Value): Value {
    const builder = this.#builder;
    const { heads, hiddenSize } = this.#options.config;
    const headSize = hiddenSize / heads;
    const apart = (name: BertLinear): Value =>
      builder.transpose(builder.reshape(this.#linear(x, layer, name), [0, 0, heads, headSize]), [0, 2, 1, 3]);
    const queries = builder.scale(apart('attention.self.query'), 1 / Math.sqrt(headSize));
    const keys = builder.transpose(apart('attention.self.key'), [0, 1, 3, 2]);
    const scores = builder.named(builder.matMul(queries, keys), [batch, heads, sequence, sequence]);
    const mixed = builder.matMul(builder.softmax(builder.add(scores, bias)), apart('attention.self.value'));
    return builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), [0, 0, hiddenSize]);
  }

  #mixFused(x: Value, layer: number): Value {
    const { mask } = this.#inputs!;
    const project = (name: BertLinear): Value => this.#linear(x, layer, name);
    const inputs = [
      project('attention.self.query'),
      project('attention.self.key'),
      project('attention.self.value'),
      undefined,
      mask,
    ];
    return this.#builder.op('MultiHeadAttention', inputs, {
      domain: 'com.microsoft',
      attributes: { num_heads: int(this.#options.config.heads), mask_filter_value: float(-1e9) },
    });
  }

  #linear(x: Value, layer: number, name: BertLinear): Value {
    return this.#affine(x, bertLinearName(layer, name));
  }

  /** x·Wᵀ + b */
  #affine(x: Value, name: string): Value {
    const { precision, exported } = this.#options;
    const weights = [this.#weight(`${name}.weight`)];
    const int8 = exported === undefined ? 'fused' : 'standard';
    const product = weightProduct(this.#builder, { x, weights, name, precision, int8 });
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
