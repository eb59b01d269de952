import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { float, int, type Value } from '../../onnx/types.ts';
import type { GradientRule } from '../gradient-rule.ts';

/** What a mask keeps, scaled: x·mask·scale. x float [n, d], mask uint8 [n, d] of 0 and 1. */
export function dropout(
  builder: GraphBuilder,
  x: Value,
  options: { readonly mask: Value; readonly scale: number },
): Value {
  const { mask, scale } = options;
  const write = (): readonly Value[] => {
    const kept = builder.scale(builder.op('Cast', [mask], { attributes: { to: int(1) } }), scale);
    return [builder.mul(x, kept), kept];
  };
  return builder.composite('Dropout', [x, mask], write, { scale: float(scale) })[0]!;
}

/** The very factors of the forward pass. */
export const dropoutGradient: GradientRule = ({ builder, call, gradient }) => [
  builder.mul(gradient, call.outputs[1]!),
  undefined,
];
