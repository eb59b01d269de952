import { rotaryAngles, rotaryOptions } from '../models/rotary-angles.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementTypeCodes, int, type Value } from '../onnx/types.ts';
import type { AttendInput, CacheLayout, LayoutOptions } from './cache-layout.ts';

/** What is different about a graph's attention from that of transformers' Llama. */
export interface PlainAttentionWish {
  /** Scores are capped there, as Gemma 2's are. */
  readonly softcap?: number;
  /** Scores fall with the distance by so much a token, as with ALiBi. */
  readonly slope?: number;
  /** Tokens see those of their own block of so many only, as in Llama 4. */
  readonly block?: number;
  /** The rotary tables are read by the length of the cache, as transformers did once. */
  readonly readsPastLength?: boolean;
}

/**
 * Attention as PyTorch's exporter writes transformers' Llama for Optimum: the past behind Concat, keys and values repeated for
 * the heads that share them, rotations by halves, a mask that is added, and the root of the scale on either side of the product.
 */
export const plainAttentionLayout =
  (wish: PlainAttentionWish = {}) =>
  (builder: GraphBuilder, options: LayoutOptions): CacheLayout =>
    new PlainAttentionLayout(builder, options, wish);

const lowest = -3.4028234663852886e38;
const [batch, sequence, total] = ['batch_size', 'sequence_length', 'past_sequence_length + sequence_length'];

class PlainAttentionLayout implements CacheLayout {
  readonly headSize: number;
  readonly #builder: GraphBuilder;
  readonly #options: LayoutOptions;
  readonly #wish: PlainAttentionWish;
  #inputs: { readonly ids: Value; readonly mask: Value; readonly positions: Value } | undefined;
  #tables: { readonly cos: Value; readonly sin: Value } | undefined;
  #bias: Value | undefined;

  constructor(builder: GraphBuilder, options: LayoutOptions, wish: PlainAttentionWish) {
    this.#builder = builder;
    this.#options = options;
    this.#wish = wish;
    this.headSize = options.config.headSize;
  }

  begin(): Value {
    const builder = this.#builder;
    const ids = builder.input('input_ids', 'int64', [batch, sequence]);
    const mask = builder.input('attention_mask', 'int64', [batch, total]);
    const positions = builder.input('position_ids', 'int64', [batch, sequence]);
    this.#inputs = { ids, mask, positions };
    return ids;
  }

  select(stream: Value): Value {
    return stream;
  }

  attend({ packed, layer }: AttendInput): Value {
    const builder = this.#builder;
    const { heads, keyValueHeads, headSize } = this.#options.config;
    const widths = [heads * headSize, keyValueHeads * headSize, keyValueHeads * headSize];
    const [q, k, v] = builder.ops('Split', [packed, builder.integers(widths)], {
      attributes: { axis: int(-1) },
      outputCount: 3,
    });
    const intoHeads = (x: Value, count: number): Value =>
      builder.transpose(builder.reshape(x, [0, 0, count, headSize]), [0, 2, 1, 3]);
    const past = (['key', 'value'] as const).map((kind) =>
      builder.input(`past_key_values.${layer}.${kind}`, 'float32', [
        batch,
        keyValueHeads,
        'past_sequence_length',
        headSize,
      ]),
    );
    this.#tables ??= this.#rotary(past[0]!);
    this.#bias ??= this.#mask(past[0]!);
    const [keys, values] = [this.#turn(intoHeads(k!, keyValueHeads)), intoHeads(v!, keyValueHeads)].map(
      (fresh, at) => this.#behind(past[at]!, fresh, `present.${layer}.${at === 0 ? 'key' : 'value'}`),
    ) as [Value, Value];
    const queries = this.#turn(intoHeads(q!, heads));
    const root = this.#rootOfScale(queries);
    const transposed = builder.transpose(this.#repeated(keys), [0, 1, 3, 2]);
    const scores = builder.matMul(builder.mul(queries, root), builder.mul(transposed, root));
    const weights = builder.softmax(
      builder.add(builder.named(this.#capped(scores), [batch, heads, sequence, total]), this.#bias),
    );
    const mixed = builder.matMul(weights, this.#repeated(values));
    return builder.named(builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), [0, 0, heads * headSize]), [
      batch,
      sequence,
      heads * headSize,
    ]);
  }

  #sizeOf(x: Value, axis: number): Value {
    return this.#builder.gather(this.#builder.op('Shape', [x]), this.#builder.integer(axis));
  }

  #behind(past: Value, fresh: Value, name: string): Value {
    const { keyValueHeads, headSize } = this.#options.config;
    const joined = this.#builder.op('Concat', [past, fresh], {
      attributes: { axis: int(-2) },
      outputNames: [name],
    });
    const present = this.#builder.named(joined, [batch, keyValueHeads, total, headSize]);
    this.#builder.exposeOutput(present);
    return present;
  }

  /** [batch, kvHeads, total, headSize] -> [batch, heads, total, headSize] */
  #repeated(x: Value): Value {
    const builder = this.#builder;
    const { heads, keyValueHeads, headSize } = this.#options.config;
    const groups = heads / keyValueHeads;
    if (groups === 1) return x;
    const apart = builder.op('Unsqueeze', [x, builder.integers([2])]);
    const wide = builder.op('Expand', [apart, builder.integers([1, 1, groups, 1, 1])]);
    return builder.named(builder.reshape(wide, [0, heads, -1, headSize]), [batch, heads, total, headSize]);
  }

  #rootOfScale(queries: Value): Value {
    const builder = this.#builder;
    const size = builder.op('Cast', [this.#sizeOf(queries, 3)], {
      attributes: { to: int(elementTypeCodes.float32) },
    });
    return builder.op('Sqrt', [builder.op('Reciprocal', [builder.op('Sqrt', [size])])]);
  }

  #capped(scores: Value): Value {
    const { softcap } = this.#wish;
    if (softcap === undefined) return scores;
    const share = this.#builder.op('Tanh', [this.#builder.scale(scores, 1 / softcap)]);
    return this.#builder.scale(share, softcap);
  }

  #rotary(past: Value): { readonly cos: Value; readonly sin: Value } {
    const builder = this.#builder;
    const { config, positions } = this.#options;
    const angles = rotaryAngles(rotaryOptions(config, positions));
    const of = (name: string, data: Float32Array): Value => {
      const half = builder.initializer(name, { dims: [positions, config.headSize / 2], data });
      const whole = builder.concat([half, half], 1);
      const { positions: places } = this.#inputs!;
      const before = this.#sizeOf(past, 2);
      // The same places, which the length of the past is in.
      const read = this.#wish.readsPastLength ? builder.sub(builder.add(places, before), before) : places;
      return builder.op('Unsqueeze', [builder.gather(whole, read), builder.integers([1])]);
    };
    return { cos: of('cos_cached', angles.cos), sin: of('sin_cached', angles.sin) };
  }

  #turn(x: Value): Value {
    const builder = this.#builder;
    const { cos, sin } = this.#tables!;
    const half = this.headSize / 2;
    const [front, back] = builder.ops('Split', [x, builder.integers([half, half])], {
      attributes: { axis: int(-1) },
      outputCount: 2,
    });
    const rotated = builder.concat([builder.op('Neg', [back!]), front!], -1);
    return builder.add(builder.mul(x, cos), builder.mul(rotated, sin));
  }

  /** [batch, 1, sequence, total] */
  #mask(past: Value): Value {
    const builder = this.#builder;
    const { ids, mask } = this.#inputs!;
    const { slidingWindow } = this.#options.config;
    const { slope, block } = this.#wish;
    const before = this.#sizeOf(past, 2);
    const range = (from: Value, to: Value, name: string): Value =>
      builder.named(builder.op('Range', [from, to, builder.integer(1)]), [name]);
    const own = range(before, builder.add(before, this.#sizeOf(ids, 1)), sequence);
    const queries = builder.named(builder.reshape(own, [-1, 1]), [sequence, 1]);
    const keys = range(builder.integer(0), this.#sizeOf(mask, 1), total);
    const hides: Value[] = [builder.op('Greater', [keys, queries])];
    if (slidingWindow !== undefined) {
      const reach = builder.sub(queries, builder.integer(slidingWindow.tokens));
      hides.push(builder.op('LessOrEqual', [keys, reach]));
    }
    if (block !== undefined) {
      const blockOf = (x: Value): Value => builder.op('Div', [x, builder.integer(block)]);
      hides.push(builder.op('Greater', [blockOf(queries), blockOf(keys)]));
    }
    const padding = builder.op('Equal', [
      builder.named(builder.reshape(mask, [0, 1, 1, -1]), [batch, 1, 1, total]),
      builder.integer(0),
    ]);
    const addTo = (bias: Value | undefined, hidden: Value): Value =>
      builder.op('Where', [hidden, builder.scalar(lowest), bias ?? builder.scalar(0)]);
    let bias = addTo(undefined, padding);
    for (const hidden of hides) bias = addTo(bias, hidden);
    if (slope === undefined) return bias;
    const distance = builder.op('Cast', [builder.sub(keys, queries)], {
      attributes: { to: int(elementTypeCodes.float32) },
    });
    return builder.add(bias, builder.scale(distance, slope));
  }
}
