/** How the operands of attention lie, and how each head comes to lie by itself. */
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import type { Value } from '../../onnx/types.ts';
import { numericDims } from '../gradient-rule.ts';

export interface AttentionShape {
  /** Heads lie side by side. */
  readonly isFlat: boolean;
  readonly batch: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly time: number;
  readonly headSize: number;
  readonly scale: number;
}

/** `flatHeadSize` is 0 where heads are an axis of their own. */
export function shapeOf(q: Value, k: Value, flatHeadSize: number): AttentionShape {
  const dims = numericDims(q.dims);
  const [batch, time, last] = [dims[0]!, dims.at(-2)!, dims.at(-1)!];
  const isFlat = flatHeadSize > 0;
  const headSize = isFlat ? flatHeadSize : last;
  const headsOf = (x: Value): number =>
    isFlat ? numericDims(x.dims).at(-1)! / headSize : numericDims(x.dims)[1]!;
  return {
    isFlat,
    batch,
    heads: headsOf(q),
    keyValueHeads: headsOf(k),
    time,
    headSize,
    scale: 1 / Math.sqrt(headSize),
  };
}

export const timeAxis = (x: Value): number => x.dims.length - 2;

/**
 * Each head by itself, [batch·heads, time, d]. Of three axes: ONNX Runtime would move a transpose of four behind the slices of
 * the bands, and so do it twice.
 */
export function apart(builder: GraphBuilder, x: Value, shape: AttentionShape, heads: number): Value {
  const { batch, time, headSize } = shape;
  const split = shape.isFlat
    ? builder.transpose(builder.reshape(x, [batch, time, heads, headSize]), [0, 2, 1, 3])
    : x;
  return builder.reshape(split, [batch * heads, time, headSize]);
}

/** [batch, heads, time, d] as the inputs have it. */
export function together(
  builder: GraphBuilder,
  x: Value,
  { isFlat, batch, time, headSize }: AttentionShape,
): Value {
  if (!isFlat) return x;
  const heads = numericDims(x.dims)[1]!;
  return builder.reshape(builder.transpose(x, [0, 2, 1, 3]), [batch, time, heads * headSize]);
}

/** [batch·kvHeads, d, time] -> [batch, kvHeads, time, d] */
export function unflipped(
  builder: GraphBuilder,
  x: Value,
  { batch, keyValueHeads, time, headSize }: AttentionShape,
): Value {
  return builder.transpose(builder.reshape(x, [batch, keyValueHeads, headSize, time]), [0, 1, 3, 2]);
}

/** Sums of a product over each head's elements, [batch·heads, time, 1]. */
export function rowTermsOf(builder: GraphBuilder, product: Value, shape: AttentionShape): Value {
  const { isFlat, batch, heads, time, headSize } = shape;
  if (!isFlat) return builder.reshape(builder.reduce('ReduceSum', product, [-1]), [batch * heads, time, 1]);
  const sums = builder.reduce(
    'ReduceSum',
    builder.reshape(product, [batch, time, heads, headSize]),
    [3],
    false,
  );
  return builder.reshape(builder.transpose(sums, [0, 2, 1]), [batch * heads, time, 1]);
}
