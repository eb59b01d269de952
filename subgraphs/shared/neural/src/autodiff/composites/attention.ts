import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { float, int, type Value } from '../../onnx/types.ts';
import { type BandOptions, bandsOf, joined, slice } from './attention-bands.ts';
import { shapeOf, timeAxis } from './attention-shape.ts';

export interface AttentionOptions extends BandOptions {
  /** Of q, k and v whose heads lie side by side; left out where heads are an axis of their own. */
  readonly headSize?: number;
}

/**
 * softmax(q·kᵀ/√d + bias)·v.
 *
 *   q [batch, time, heads·d]     k, v [batch, time, kvHeads·d]     bias [batch, 1, time, time]
 *   q [batch, heads, time, d]    k, v [batch, kvHeads, time, d]    likewise, where heads are an axis of their own
 *
 * One kernel of ONNX Runtime adds the bias, takes the softmax and mixes the values, head by head, while the scores lie in a
 * core's cache; it reads heads that lie side by side where they are. The probabilities are kept for the backward pass.
 *
 * Where no query may look behind itself (`causal`), queries are taken in bands, each with the keys up to its own end:
 *
 *   queries ┌──────┬──────┐
 *    band 0 │██████│      │   What the bias would rule out is not computed: a quarter of the scores with two bands,
 *    band 1 │██████│██████│   three eighths with four.
 *           └──────┴──────┘ keys
 *
 * Where no query looks further back than `reach` tokens, itself included (a sliding window, or packed examples none of
 * which is longer), a band's keys begin there as well. The bias must rule out whatever lies before.
 */
export function attention(
  builder: GraphBuilder,
  inputs: { q: Value; k: Value; v: Value; bias: Value },
  options: AttentionOptions = {},
): Value {
  const { q, k, v, bias } = inputs;
  const write = (): readonly Value[] => {
    const shape = shapeOf(q, k, options.headSize ?? 0);
    const headCounts = shape.isFlat
      ? { q_num_heads: int(shape.heads), kv_num_heads: int(shape.keyValueHeads) }
      : {};
    const bands = bandsOf(shape.time, options).map(({ queried, seen }) => {
      const queries = slice(builder, q, timeAxis(q), queried);
      const [keys, values] = [k, v].map((x) => slice(builder, x, timeAxis(x), seen)) as [Value, Value];
      const ruled = slice(builder, slice(builder, bias, 2, queried), 3, seen);
      return builder.ops('Attention', [queries, keys, values, ruled], {
        attributes: { ...headCounts, scale: float(shape.scale), qk_matmul_output_mode: int(afterSoftmax) },
        outputCount: 4,
        omittedOutputs: [presentKey, presentValue],
      });
    });
    const output = joined(
      builder,
      bands.map(([mixed]) => mixed!),
      timeAxis(q),
    );
    return [output, ...bands.map(([, probabilities]) => probabilities!)];
  };
  const attributes = { head_size: int(options.headSize ?? 0) };
  return builder.composite('Attention', [q, k, v, bias], write, attributes)[0]!;
}

/** The operator's outputs that are not asked for, and which scores it gives. */
const [presentKey, presentValue, afterSoftmax] = [1, 2, 3];
