/**
 * The engine's own layout: keys and values are written in place into the rows of a cache that the caller owns.
 *
 *   inputs   input_ids [rows, time] int64       the new tokens; decode: time = 1; prefill: rows = 1, or where `isRagged`
 *                                               several rows that all begin, right padded
 *            seqlens_k [rows] int32              length of each sequence, new tokens included, less one
 *            total_sequence_length int32         the longest of them
 *            row_ends [rows] int64               where `areEndsGiven`: the index of each row's last token among rows * time
 *            past_key.N, past_value.N            [rows, kvHeads, capacity, served headSize], right padded
 *   outputs  logits [rows, vocabulary] after each sequence's last token, present_key.N, present_value.N — the same
 *            memory as the past
 *
 * Attention is ONNX Runtime's GroupQueryAttention with past and present sharing a buffer: at context 512 and batch 8 a
 * step takes 36 ms, against 67 ms where the cache is copied through Concat.
 */
import { rotaryAngles, rotaryOptions } from '../models/rotary-angles.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementTypeCodes, float, int, type Value } from '../onnx/types.ts';
import type { AttendInput, AttentionType, CacheLayout, LayoutOptions } from './cache-layout.ts';
import { padRotaryTable, servedHeadSize } from './head-padding.ts';

export const pastName = (kind: 'key' | 'value', layer: number): string => `past_${kind}.${layer}`;
export const presentName = (kind: 'key' | 'value', layer: number): string => `present_${kind}.${layer}`;

export function inPlaceLayout(builder: GraphBuilder, options: LayoutOptions): CacheLayout {
  return new InPlaceLayout(builder, options);
}

class InPlaceLayout implements CacheLayout {
  readonly headSize: number;
  readonly #builder: GraphBuilder;
  readonly #options: LayoutOptions;
  #lengths: Value | undefined;
  #total: Value | undefined;
  #rotary: { readonly cos: Value; readonly sin: Value } | undefined;

  constructor(builder: GraphBuilder, options: LayoutOptions) {
    this.#builder = builder;
    this.#options = options;
    this.headSize = servedHeadSize(options.config.headSize);
  }

  begin(): Value {
    const { config, positions } = this.#options;
    const inputIds = this.#builder.input('input_ids', 'int64', ['rows', 'time']);
    this.#lengths = this.#builder.input('seqlens_k', 'int32', ['rows']);
    this.#total = this.#builder.input('total_sequence_length', 'int32', []);
    const angles = rotaryAngles(rotaryOptions(config, positions));
    const dims = [positions, this.headSize / 2];
    const table = (name: string, data: Float32Array): Value => {
      const padded = padRotaryTable(data, { own: config.headSize, served: this.headSize });
      return this.#cast(this.#builder.initializer(name, { dims, data: padded }), this.#type);
    };
    this.#rotary = { cos: table('rotary_cos', angles.cos), sin: table('rotary_sin', angles.sin) };
    return inputIds;
  }

  attend({ packed, layer }: AttendInput): Value {
    const { config, positions } = this.#options;
    const { slidingWindow } = config;
    const cacheDims = ['rows', config.keyValueHeads, positions, this.headSize];
    const past = (kind: 'key' | 'value'): Value =>
      this.#builder.input(pastName(kind, layer), this.#type, cacheDims);
    const inputs = [
      this.#cast(packed, this.#type),
      undefined,
      undefined,
      past('key'),
      past('value'),
      this.#lengths,
      this.#total,
      this.#rotary?.cos,
      this.#rotary?.sin,
    ];
    const [mixed, key, value] = this.#builder.ops('GroupQueryAttention', inputs, {
      domain: 'com.microsoft',
      attributes: {
        num_heads: int(config.heads),
        kv_num_heads: int(config.keyValueHeads),
        do_rotary: int(1),
        rotary_interleaved: int(0),
        scale: float(1 / Math.sqrt(config.headSize)),
        ...(slidingWindow !== undefined && layer >= slidingWindow.firstLayer
          ? { local_window_size: int(slidingWindow.tokens) }
          : {}),
      },
      outputNames: [undefined, presentName('key', layer), presentName('value', layer)],
    });
    this.#builder.exposeOutput(key!);
    this.#builder.exposeOutput(value!);
    return this.#cast(mixed!, 'float32');
  }

  get #type(): AttentionType {
    return this.#options.attention ?? 'float32';
  }

  #cast(x: Value, type: AttentionType | 'int64'): Value {
    if (x.type === type) return x;
    return this.#builder.op('Cast', [x], { attributes: { to: int(elementTypeCodes[type]) } });
  }

  select(stream: Value): Value {
    const builder = this.#builder;
    if (this.#options.areEndsGiven) {
      const tokens = builder.reshape(stream, [-1, this.#options.config.hiddenSize]);
      return builder.gather(tokens, builder.input('row_ends', 'int64', ['rows']));
    }
    if (!this.#options.isRagged) return builder.gather(stream, builder.integer(-1), 1);
    // Where rows begin, `seqlens_k` is the index of a row's last token; where they go on, it is beyond the run's last one.
    const width = builder.gather(builder.op('Shape', [stream]), builder.integers([1]));
    const lengths = this.#cast(this.#lengths!, 'int64');
    const last = builder.op('Min', [lengths, builder.sub(width, builder.integers([1]))]);
    const ends = builder.named(builder.reshape(last, [-1, 1]), ['rows', 1]);
    return builder.op('GatherND', [stream, ends], { attributes: { batch_dims: int(1) } });
  }
}
