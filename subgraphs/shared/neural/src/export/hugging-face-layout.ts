/**
 * The layout of Hugging Face's ONNX exports (Optimum, transformers.js): the cache passes through the graph.
 *
 *   inputs   input_ids [batch, sequence] int64, position_ids the same
 *            attention_mask [batch, past + sequence] int64     0 hides a token; padding may stand anywhere
 *            past_key_values.N.key|value [batch, kvHeads, past, headSize]
 *   outputs  logits [batch, sequence, vocabulary]
 *            present.N.key|value [batch, kvHeads, past + sequence, headSize]
 *
 * and of models that read a whole text at once, which need neither cache nor positions:
 *
 *   inputs   input_ids [batch, sequence] int64, attention_mask the same
 *   outputs  what the head makes of one vector a text: its first or last token's, or the mean over its tokens
 *
 * Written with operators that every execution provider has, so that a browser runs it as well. Queries that share a key
 * head are laid below each other, as in training (`autodiff/composites/attention.ts`): keys are never repeated.
 */
import { rotaryAngles, rotaryOptions } from '../models/rotary-angles.ts';
import type { PooledTokens } from '../models/sentence-pooling.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementTypeCodes, int, type Value } from '../onnx/types.ts';
import type { AttendInput, CacheLayout, LayoutOptions } from '../serving/cache-layout.ts';

export type CacheKind = 'key' | 'value';
export const pastInputName = (layer: number, kind: CacheKind): string => `past_key_values.${layer}.${kind}`;
export const presentOutputName = (layer: number, kind: CacheKind): string => `present.${layer}.${kind}`;

const [batch, sequence, past, total] = [
  'batch_size',
  'sequence_length',
  'past_sequence_length',
  'total_sequence_length',
] as const;

export function huggingFaceLayout(builder: GraphBuilder, options: LayoutOptions): CacheLayout {
  return new HuggingFaceLayout(builder, options);
}

export const huggingFaceTextLayout =
  (pooling: PooledTokens) =>
  (builder: GraphBuilder, options: LayoutOptions): CacheLayout =>
    new HuggingFaceLayout(builder, options, pooling);

interface Shared {
  readonly positionIds: Value;
  readonly mask: Value;
  /** 0 where a token may look, -1e9 where not: [batch, 1, sequence, total]; in layers with a window, and in the others. */
  readonly bias: Value;
  readonly windowBias: Value;
  readonly cos: Value;
  readonly sin: Value;
}

class HuggingFaceLayout implements CacheLayout {
  readonly headSize: number;
  readonly #builder: GraphBuilder;
  readonly #options: LayoutOptions;
  /** Absent where the cache passes through. */
  readonly #pooling: PooledTokens | undefined;
  /** The mask's second dimension. */
  readonly #columns: string;
  #shared: Shared | undefined;

  constructor(builder: GraphBuilder, options: LayoutOptions, pooling?: PooledTokens) {
    this.#builder = builder;
    this.#options = options;
    this.#pooling = pooling;
    this.#columns = pooling === undefined ? total : sequence;
    this.headSize = options.config.headSize;
  }

  begin(): Value {
    const builder = this.#builder;
    const { config, positions } = this.#options;
    const inputIds = builder.input('input_ids', 'int64', [batch, sequence]);
    const mask = builder.input('attention_mask', 'int64', [batch, this.#columns]);
    const positionIds =
      this.#pooling === undefined
        ? builder.input('position_ids', 'int64', [batch, sequence])
        : this.#placesOf(inputIds);
    const angles = rotaryAngles(rotaryOptions(config, positions));
    const dims = [positions, config.headSize / 2];
    this.#shared = {
      positionIds,
      mask,
      ...builder.scope('mask', () => this.#biases(inputIds, mask)),
      cos: builder.initializer('rotary_cos', { dims, data: angles.cos }),
      sin: builder.initializer('rotary_sin', { dims, data: angles.sin }),
    };
    return inputIds;
  }

  attend({ packed, layer }: AttendInput): Value {
    const builder = this.#builder;
    const { heads, keyValueHeads, headSize } = this.#options.config;
    const shared = this.#shared!;
    const [q, k, v] = builder.ops(
      'Split',
      [packed, builder.integers([heads * headSize, keyValueHeads * headSize, keyValueHeads * headSize])],
      { attributes: { axis: int(-1) }, outputCount: 3 },
    );
    const intoHeads = (x: Value, count: number): Value =>
      builder.transpose(builder.reshape(x, [0, 0, count, headSize]), [0, 2, 1, 3]);
    const turn = (x: Value): Value =>
      builder.op('RotaryEmbedding', [x, shared.cos, shared.sin, shared.positionIds]);
    const keys = this.#cached(turn(intoHeads(k!, keyValueHeads)), layer, 'key');
    const values = this.#cached(intoHeads(v!, keyValueHeads), layer, 'value');
    const queries = builder.scale(turn(intoHeads(q!, heads)), 1 / Math.sqrt(headSize));
    const mixed = this.#mix({ queries, keys, values, layer });
    return builder.named(builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), [0, 0, heads * headSize]), [
      batch,
      sequence,
      heads * headSize,
    ]);
  }

  /** transformers reads the last position itself; others want them all. Of a whole text [batch, hidden]. */
  select(stream: Value): Value {
    if (this.#pooling === undefined) return stream;
    const builder = this.#builder;
    const shares = this.#pooling === 'mean' ? this.#equalShares() : this.#oneToken(this.#pooling);
    const row = builder.op('Unsqueeze', [shares, builder.integers([1])]);
    return builder.reshape(builder.matMul(row, stream), [0, this.#options.config.hiddenSize]);
  }

  /** 0, 1, 2 … in each row. Rotary attention sees distances alone, so padding before a text does no harm. */
  #placesOf(inputIds: Value): Value {
    return this.#builder.add(this.#builder.mul(inputIds, this.#builder.integer(0)), this.#places(inputIds));
  }

  #places(inputIds: Value): Value {
    const builder = this.#builder;
    const length = builder.gather(builder.op('Shape', [inputIds]), builder.integer(1));
    const places = builder.op('Range', [builder.integer(0), length, builder.integer(1)]);
    return builder.named(places, [sequence]);
  }

  #toFloat(x: Value): Value {
    return this.#builder.op('Cast', [x], { attributes: { to: int(elementTypeCodes.float32) } });
  }

  /** [batch, sequence]: one divided among the tokens that the mask shows. */
  #equalShares(): Value {
    const shown = this.#toFloat(this.#shared!.mask);
    return this.#builder.op('Div', [shown, this.#builder.reduce('ReduceSum', shown, [-1])]);
  }

  /** [batch, sequence]: 1 at the first, or the last, token that the mask shows. */
  #oneToken(which: 'first' | 'last'): Value {
    const builder = this.#builder;
    const { mask } = this.#shared!;
    const places = this.#places(mask);
    // Of equal ones ArgMax takes the first.
    const ranks = which === 'first' ? mask : builder.mul(mask, builder.add(places, builder.integer(1)));
    const place = builder.op('ArgMax', [this.#toFloat(ranks)], {
      attributes: { axis: int(-1), keepdims: int(1) },
    });
    return this.#toFloat(builder.op('Equal', [places, place]));
  }

  #mix(input: { queries: Value; keys: Value; values: Value; layer: number }): Value {
    const { queries, keys, values, layer } = input;
    const builder = this.#builder;
    const { heads, keyValueHeads, headSize, slidingWindow } = this.#options.config;
    const grouped = (x: Value, width: number): Value =>
      heads === keyValueHeads ? x : builder.reshape(x, [0, keyValueHeads, -1, width]);
    const apart = (x: Value, width: number): Value => builder.reshape(x, [0, heads, -1, width]);
    const scores = apart(
      builder.matMul(grouped(queries, headSize), builder.transpose(keys, [0, 1, 3, 2])),
      0,
    );
    const isWindowed = slidingWindow !== undefined && layer >= slidingWindow.firstLayer;
    const bias = isWindowed ? this.#shared!.windowBias : this.#shared!.bias;
    const biased = builder.add(builder.named(scores, [batch, heads, sequence, this.#columns]), bias);
    return apart(builder.matMul(grouped(builder.softmax(biased), 0), values), headSize);
  }

  /** The past with what is new behind it, which is also the layer's present. */
  #cached(fresh: Value, layer: number, kind: CacheKind): Value {
    const { keyValueHeads, headSize } = this.#options.config;
    if (this.#pooling !== undefined) return fresh;
    const before = this.#builder.input(pastInputName(layer, kind), 'float32', [
      batch,
      keyValueHeads,
      past,
      headSize,
    ]);
    const joined = this.#builder.op('Concat', [before, fresh], {
      attributes: { axis: int(2) },
      outputNames: [presentOutputName(layer, kind)],
    });
    const present = this.#builder.named(joined, [batch, keyValueHeads, total, headSize]);
    this.#builder.exposeOutput(present);
    return present;
  }

  /** Token i of the sequence is column past + i of the mask; it sees itself and what stands before it. */
  #biases(inputIds: Value, mask: Value): Pick<Shared, 'bias' | 'windowBias'> {
    const builder = this.#builder;
    const { slidingWindow } = this.#options.config;
    const sizeOf = (x: Value): Value => builder.gather(builder.op('Shape', [x]), builder.integer(1));
    const range = (from: Value, to: Value, name: string): Value =>
      builder.named(builder.op('Range', [from, to, builder.integer(1)]), [name]);
    const columns = sizeOf(mask);
    const keys = range(builder.integer(0), columns, this.#columns);
    const fresh = range(builder.sub(columns, sizeOf(inputIds)), columns, sequence);
    const queries = builder.named(builder.reshape(fresh, [-1, 1]), [sequence, 1]);
    const cast = builder.op('Cast', [mask], { attributes: { to: int(elementTypeCodes.bool) } });
    const shown = builder.named(builder.reshape(cast, [0, 1, 1, -1]), [batch, 1, 1, this.#columns]);
    const allowed = builder.op('And', [shown, builder.op('GreaterOrEqual', [queries, keys])]);
    const biasOf = (where: Value): Value =>
      builder.op('Where', [where, builder.scalar(0), builder.scalar(-1e9)]);
    const bias = biasOf(allowed);
    if (slidingWindow === undefined) return { bias, windowBias: bias };
    const reach = builder.add(keys, builder.integer(slidingWindow.tokens));
    const near = builder.op('Greater', [reach, queries]);
    return { bias, windowBias: biasOf(builder.op('And', [allowed, near])) };
  }
}
