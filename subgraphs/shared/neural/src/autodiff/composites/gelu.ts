import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import type { Value } from '../../onnx/types.ts';
import type { GradientRule } from '../gradient-rule.ts';

/** x·Φ(x) with Φ(x) = (1 + erf(x/√2))/2: the exact form of Hendrycks & Gimpel 2016, not its approximation by tanh. */
export function gelu(builder: GraphBuilder, x: Value): Value {
  return builder.composite('Gelu', [x], () => {
    const error = builder.op('Erf', [builder.scale(x, Math.SQRT1_2)]);
    const below = builder.scale(builder.add(error, builder.scalar(1)), 0.5);
    return [builder.mul(x, below), below];
  })[0]!;
}

/** dx = dy·(Φ(x) + x·φ(x)) with the density φ(x) = e^(-x²/2)/√(2π). */
export const geluGradient: GradientRule = ({ builder, call, gradient }) => {
  const x = call.inputs[0]!;
  const below = call.outputs[1]!;
  const density = builder.scale(
    builder.op('Exp', [builder.scale(builder.mul(x, x), -0.5)]),
    1 / Math.sqrt(2 * Math.PI),
  );
  return [builder.mul(gradient, builder.add(below, builder.mul(x, density)))];
};
