import { rotaryAngles, rotaryOptions } from '../models/rotary-angles.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementTypeCodes, float, int, type Value } from '../onnx/types.ts';
import type { AttendInput, CacheLayout, LayoutOptions } from './cache-layout.ts';

/** The same, where the graph is asked for the logits of so many last tokens, as transformers.js does. */
export function keptLogitsLayout(builder: GraphBuilder, options: LayoutOptions): CacheLayout {
  let last: Value | undefined;
  const lastOf = (vectors: Value): Value => {
    const kept = builder.input('num_logits_to_keep', 'int64', []);
    const time = builder.gather(builder.op('Shape', [vectors]), builder.integer(1));
    return builder.op('Range', [builder.sub(time, kept), time, builder.integer(1)]);
  };
  return {
    ...attentionMaskLayout(builder, options),
    select(vectors) {
      last ??= lastOf(vectors);
      return builder.gather(vectors, last, 1);
    },
  };
}

/**
 * Hugging Face's names around GroupQueryAttention, as onnxruntime-genai's builder and Optimum's optimizer write it: lengths
 * come from the attention mask, positions from the operator itself.
 */
export function attentionMaskLayout(
  builder: GraphBuilder,
  { config, positions }: LayoutOptions,
): CacheLayout {
  const toInt32 = (x: Value): Value =>
    builder.op('Cast', [x], { attributes: { to: int(elementTypeCodes.int32) } });
  let shared: readonly Value[] = [];
  return {
    headSize: config.headSize,
    begin() {
      const ids = builder.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
      const mask = builder.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
      const lengths = builder.sub(builder.reduce('ReduceSum', mask, [1], false), builder.integer(1));
      const total = builder.gather(builder.op('Shape', [mask]), builder.integer(1));
      const angles = rotaryAngles(rotaryOptions(config, positions));
      const dims = [positions, config.headSize / 2];
      shared = [
        toInt32(lengths),
        toInt32(total),
        builder.initializer('cos_cache', { dims, data: angles.cos }),
        builder.initializer('sin_cache', { dims, data: angles.sin }),
      ];
      return ids;
    },
    attend({ packed, layer }: AttendInput) {
      const past = (kind: string): Value =>
        builder.input(`past_key_values.${layer}.${kind}`, 'float32', [
          'batch_size',
          config.keyValueHeads,
          'past_sequence_length',
          config.headSize,
        ]);
      const [mixed, key, value] = builder.ops(
        'GroupQueryAttention',
        [packed, undefined, undefined, past('key'), past('value'), ...shared],
        {
          domain: 'com.microsoft',
          attributes: {
            num_heads: int(config.heads),
            kv_num_heads: int(config.keyValueHeads),
            do_rotary: int(1),
            scale: float(1 / Math.sqrt(config.headSize)),
          },
          outputNames: [undefined, `present.${layer}.key`, `present.${layer}.value`],
        },
      );
      builder.exposeOutput(key!);
      builder.exposeOutput(value!);
      return mixed!;
    },
    select: (stream) => stream,
  };
}
