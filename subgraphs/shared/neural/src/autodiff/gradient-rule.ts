import type { Call, GraphBuilder } from '../onnx/graph-builder.ts';
import type { Dimension, Value } from '../onnx/types.ts';

export interface GradientContext {
  readonly builder: GraphBuilder;
  readonly call: Call;
  /** Of the loss by the call's first output; same shape as that output. */
  readonly gradient: Value;
  /** Whether the operand at this index leads to a parameter; a rule may leave out the others. */
  readonly needs: (operand: number) => boolean;
}

/** Writes the nodes of the backward step; returns one gradient an operand, undefined where there is none. */
export type GradientRule = (context: GradientContext) => readonly (Value | undefined)[];

/** Undoes broadcasting: sums a gradient over the axes along which the operand was stretched. */
export function sumToShape(builder: GraphBuilder, gradient: Value, dims: readonly Dimension[]): Value {
  const lead = gradient.dims.length - dims.length;
  const stretched = gradient.dims.flatMap((dim, axis) =>
    axis < lead || (dims[axis - lead] === 1 && dim !== 1) ? [axis] : [],
  );
  if (stretched.length === 0) return gradient;
  const summed = builder.reduce('ReduceSum', gradient, stretched, true);
  return lead === 0 ? summed : builder.reshape(summed, numericDims(dims));
}

/** Differentiated graphs have static shapes: one session a batch shape. */
export function numericDims(dims: readonly Dimension[]): number[] {
  return dims.map((dim) => {
    if (typeof dim === 'string')
      throw new Error(`dimension ${dim} is symbolic; gradients need static shapes`);
    return dim;
  });
}
