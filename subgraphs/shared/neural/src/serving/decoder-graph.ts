/**
 * The decoder's graph for serving: new tokens of several sequences go in, logits come out. Behind the last layer's attention,
 * where tokens meet each other for the last time, only those go on whose logits are wanted. What a token's keys and values are
 * kept in between runs is the layout's (`cache-layout.ts`); with adapters there are also
 *
 *   inputs   lora_mask [rows, rank]              alpha / rank where a row uses the rank's adapter, else 0
 *            lora_a.N.P [in, rank], lora_b.N.P [rank, out]
 */
import {
  attentionNormName,
  biasName,
  embeddingName,
  feedForwardNormName,
  finalNormName,
  headName,
  headNormName,
  type Projection,
  projectionDims,
  projectionName,
  scoreName,
} from '../architectures/llama-parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { trimGraph } from '../onnx/trim-graph.ts';
import { float, type Graph, int, type Value } from '../onnx/types.ts';
import type { Tensor, TensorMap } from '../weights/tensor.ts';
import type { AttentionType, CacheLayout, CreateLayout } from './cache-layout.ts';
import { type HeadSizes, padHeadNorm, padProjection } from './head-padding.ts';
import { inPlaceLayout } from './in-place-layout.ts';
import { addRowSummaries } from './row-summaries.ts';
import { type Int8Operators, type Precision, weightProduct } from './weight-product.ts';

export interface DecoderGraphOptions {
  readonly config: ModelConfig;
  readonly weights: TensorMap;
  /** Tokens a row of the cache holds. */
  readonly capacity: number;
  readonly precision: Precision;
  /** Adds the inputs for adapters; without them the graph is a third smaller. */
  readonly adapters: boolean;
  /** The engine's own by default. */
  readonly layout?: CreateLayout;
  readonly int8?: Int8Operators;
  /** Of the engine's own layout; float32 without it. */
  readonly attention?: AttentionType | undefined;
  /** Also gives what `row-summaries.ts` draws. */
  readonly summaries?: boolean | undefined;
  /** Of the engine's own layout: prompts of different lengths may be computed in one run, by an input `row_ends`. */
  readonly areEndsGiven?: boolean | undefined;
  /** Of the engine's own layout: see `LayoutOptions`. */
  readonly isOnProcessor?: boolean | undefined;
  /** What comes out: `logits` of the next token without it. The other two need a layout that selects one vector a text. */
  readonly head?: DecoderHead | undefined;
}

/**
 * `logits`, one a class, by the weights `score.weight`; or `sentence_embedding`, a vector, which has length 1 unless it is
 * asked for as it is.
 */
export type DecoderHead = 'next-token' | 'classes' | 'vectors' | 'plain-vectors';

export const loraInputName = (part: 'a' | 'b', layer: number, projection: Projection): string =>
  `lora_${part}.${layer}.${projection}`;

export function buildDecoderGraph(options: DecoderGraphOptions): Graph {
  return new DecoderGraphWriter(options).write();
}

/** Which ranks a row uses: [rows, rank] where one token of each is left, [rows, 1, rank] for all of them. */
interface RowMask {
  readonly ofRows: Value;
  readonly ofTokens: Value;
}

class DecoderGraphWriter {
  readonly #builder = new GraphBuilder('decode');
  readonly #options: DecoderGraphOptions;
  readonly #layout: CacheLayout;
  readonly #sizes: HeadSizes;

  constructor(options: DecoderGraphOptions) {
    const { config, capacity: positions, layout = inPlaceLayout } = options;
    const { attention, areEndsGiven, isOnProcessor } = options;
    this.#options = options;
    this.#layout = layout(this.#builder, {
      config,
      positions,
      attention,
      areEndsGiven,
      isOnProcessor,
    });
    this.#sizes = { own: config.headSize, served: this.#layout.headSize };
  }

  write(): Graph {
    const builder = this.#builder;
    const { config } = this.#options;
    const inputIds = this.#layout.begin();
    const mask = this.#options.adapters ? this.#rowMask() : undefined;
    const head = this.#options.head ?? 'next-token';
    const embedding = this.#weight(embeddingName);
    const table = builder.initializer(embeddingName, embedding);
    let stream = builder.gather(table, inputIds);
    for (let layer = 0; layer < config.layers; layer += 1) {
      builder.scope(`layer_${layer}`, () => {
        let mixed = this.#attend({ x: this.#normalize(stream, attentionNormName(layer)), layer, mask });
        if (head === 'next-token' && layer === config.layers - 1)
          [mixed, stream] = [this.#layout.select(mixed), this.#layout.select(stream)];
        stream = builder.add(stream, this.#project({ x: mixed, layer, mask, together: ['o_proj'] }));
        stream = builder.add(
          stream,
          this.#feedForward({ x: this.#normalize(stream, feedForwardNormName(layer)), layer, mask }),
        );
      });
    }
    switch (head) {
      case 'next-token': {
        const weight = config.tieEmbeddings ? embedding : this.#weight(headName);
        const logits = this.#matMul(this.#normalize(stream, finalNormName), [weight], 'lm_head');
        builder.output('logits', logits);
        if (this.#options.summaries) addRowSummaries(builder, logits);
        break;
      }
      case 'classes':
        builder.output('logits', this.#classes(this.#pooled(stream)));
        break;
      case 'vectors':
        builder.output('sentence_embedding', this.#ofLengthOne(this.#pooled(stream)));
        break;
      case 'plain-vectors':
        builder.output('sentence_embedding', this.#pooled(stream));
    }
    return trimGraph(builder.build());
  }

  /** [rows, hidden]. A mean is one of normed tokens. */
  #pooled(stream: Value): Value {
    return this.#layout.select(this.#normalize(stream, finalNormName));
  }

  #classes(pooled: Value): Value {
    const head = this.#builder.initializer(scoreName, this.#weight(scoreName));
    return this.#builder.gemm(pooled, head, { transB: true });
  }

  #ofLengthOne(pooled: Value): Value {
    const builder = this.#builder;
    const squares = builder.reduce('ReduceSum', builder.mul(pooled, pooled), [-1]);
    return builder.op('Div', [pooled, builder.op('Sqrt', [builder.add(squares, builder.scalar(1e-12))])]);
  }

  /** The heads' values, not yet projected. */
  #attend(input: { x: Value; layer: number; mask: RowMask | undefined }): Value {
    const { x, layer, mask } = input;
    const projected = this.#project({ x, layer, mask, together: ['q_proj', 'k_proj', 'v_proj'] });
    const normed = this.#options.config.queryKeyNorm === true;
    const packed = normed ? this.#normalizeHeads(projected, layer) : projected;
    return this.#layout.attend({ packed, layer });
  }

  /** The heads of queries and keys normed, side by side with the values as before. */
  #normalizeHeads(packed: Value, layer: number): Value {
    const builder = this.#builder;
    const { heads, keyValueHeads, normEpsilon } = this.#options.config;
    const { served } = this.#sizes;
    const widths = [heads * served, keyValueHeads * served, keyValueHeads * served];
    const [query, key, value] = builder.ops('Split', [packed, builder.integers(widths)], {
      attributes: { axis: int(-1) },
      outputCount: 3,
    });
    const normalize = (x: Value, projection: 'q_proj' | 'k_proj', count: number): Value => {
      const name = headNormName(layer, projection);
      const norm = padHeadNorm(this.#weight(name), { ...this.#sizes, epsilon: normEpsilon });
      const apart = builder.reshape(x, [0, 0, count, served]);
      const normed = this.#norm(apart, { ...norm, name });
      return builder.reshape(normed, [0, 0, count * served]);
    };
    const queries = normalize(query!, 'q_proj', heads);
    return builder.concat([queries, normalize(key!, 'k_proj', keyValueHeads), value!], -1);
  }

  #feedForward(input: { x: Value; layer: number; mask: RowMask | undefined }): Value {
    const builder = this.#builder;
    const { layer, mask } = input;
    const width = this.#options.config.intermediateSize;
    const both = this.#project({ ...input, together: ['gate_proj', 'up_proj'] });
    const [gate, up] = builder.ops('Split', [both, builder.integers([width, width])], {
      attributes: { axis: int(-1) },
      outputCount: 2,
    });
    const hidden = builder.mul(builder.mul(gate!, builder.op('Sigmoid', [gate!])), up!);
    return this.#project({ x: hidden, layer, mask, together: ['down_proj'] });
  }

  /** Projections of the same input as one product, their outputs side by side; adapters add to each of them. */
  #project(input: {
    x: Value;
    layer: number;
    mask: RowMask | undefined;
    together: readonly Projection[];
  }): Value {
    const { x, layer, mask, together } = input;
    const weights = together.map((projection) =>
      padProjection(this.#weight(projectionName(layer, projection)), projection, this.#sizes),
    );
    const name = `layer_${layer}.${together.join('_')}`;
    const product = this.#matMul(x, weights, name);
    const bias = this.#biases(layer, together);
    const base =
      bias === undefined
        ? product
        : this.#builder.add(product, this.#builder.initializer(`${name}.bias`, bias));
    if (mask === undefined) return base;
    const deltas = together.map((projection) => this.#adapterDelta({ x, layer, mask, projection }));
    return this.#builder.add(base, deltas.length === 1 ? deltas[0]! : this.#builder.concat(deltas, -1));
  }

  /** The biases of projections side by side; a model has them on all that are computed together, or on none. */
  #biases(layer: number, together: readonly Projection[]): Tensor | undefined {
    const biases = together.flatMap((projection) => {
      const name = biasName(this.#options.config, layer, projection);
      return name === undefined ? [] : [padProjection(this.#weight(name), projection, this.#sizes)];
    });
    if (biases.length === 0) return undefined;
    const data = Float32Array.from(biases.flatMap((bias) => [...bias.data]));
    return { dims: [data.length], data };
  }

  /** ((x·A) ∘ mask)·B with the ranks of all loaded adapters side by side; rank 0 adds nothing. */
  #adapterDelta(input: { x: Value; layer: number; mask: RowMask; projection: Projection }): Value {
    const { x, layer, mask, projection } = input;
    const [out, width] = projectionDims(
      { ...this.#options.config, headSize: this.#sizes.served },
      projection,
    );
    const a = this.#builder.input(loraInputName('a', layer, projection), 'float32', [width, 'rank']);
    const b = this.#builder.input(loraInputName('b', layer, projection), 'float32', ['rank', out]);
    const ofRows = x.dims.length === 2 ? mask.ofRows : mask.ofTokens;
    return this.#builder.matMul(this.#builder.mul(this.#builder.matMul(x, a), ofRows), b);
  }

  #rowMask(): RowMask {
    const ofRows = this.#builder.input('lora_mask', 'float32', ['rows', 'rank']);
    return { ofRows, ofTokens: this.#builder.op('Unsqueeze', [ofRows, this.#builder.integers([1])]) };
  }

  #matMul(x: Value, weights: readonly Tensor[], name: string): Value {
    const { precision, int8 = 'fused' } = this.#options;
    return weightProduct(this.#builder, { x, weights, name, precision, int8 });
  }

  #normalize(x: Value, name: string): Value {
    return this.#norm(x, { name, gain: this.#weight(name), epsilon: this.#options.config.normEpsilon });
  }

  #norm(
    x: Value,
    options: { readonly name: string; readonly gain: Tensor; readonly epsilon: number },
  ): Value {
    const gain = this.#builder.initializer(options.name, options.gain);
    return this.#builder.op('SimplifiedLayerNormalization', [x, gain], {
      attributes: { axis: int(-1), epsilon: float(options.epsilon), stash_type: int(1) },
    });
  }

  #weight(name: string): Tensor {
    return this.#options.weights.get(name)!;
  }
}

/** Bytes of the weights as the graph stores them. Integers of 64 bits are shapes and indexes, never weights. */
export function graphWeightBytes(graph: Graph): number {
  const weights = graph.initializers.filter(({ type }) => type !== 'int64');
  return weights.reduce((total, { constant }) => total + (constant?.byteLength ?? 0), 0);
}
