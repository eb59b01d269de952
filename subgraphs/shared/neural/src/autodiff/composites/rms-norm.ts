import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { float, int, type Value } from '../../onnx/types.ts';
import { type GradientRule, numericDims } from '../gradient-rule.ts';

/**
 * y = x·r·w with r = 1/√(mean(x²) + ε), over the last axis. x [n, d], w [d].
 * One fused kernel of ONNX Runtime, which also gives r, saved for the backward pass.
 */
export function rmsNorm(builder: GraphBuilder, x: Value, options: { weight: Value; epsilon: number }): Value {
  const write = (): readonly Value[] =>
    builder.ops('SimplifiedLayerNormalization', [x, options.weight], {
      attributes: { axis: int(-1), epsilon: float(options.epsilon), stash_type: int(1) },
      outputCount: 2,
    });
  return builder.composite('RmsNorm', [x, options.weight], write)[0]!;
}

/**
 * With t = dy·x:  dx = dy·w·r - x·(r³/d)·Σ t·w over the columns,  dw = Σ t·r over the rows. Both sums are products of t with
 * a vector, which read it once and write next to nothing.
 */
export const rmsNormGradient: GradientRule = ({ builder, call, gradient, needs }) => {
  const [x, weight, inverseDeviation] = [call.inputs[0]!, call.inputs[1]!, call.outputs[1]!];
  const [rows, columns] = numericDims(x.dims) as [number, number];
  const product = builder.mul(gradient, x);
  const gradientOfX = (): Value => {
    const projection = builder.matMul(product, builder.reshape(weight, [columns, 1]));
    const squared = builder.mul(inverseDeviation, inverseDeviation);
    const cubed = builder.mul(squared, builder.scale(inverseDeviation, 1 / columns));
    const along = builder.mul(x, builder.mul(projection, cubed));
    return builder.sub(builder.mul(builder.mul(gradient, weight), inverseDeviation), along);
  };
  const gradientOfWeight = (): Value =>
    builder.reshape(builder.matMul(builder.reshape(inverseDeviation, [1, rows]), product), [columns]);
  return [needs(0) ? gradientOfX() : undefined, needs(1) ? gradientOfWeight() : undefined];
};
