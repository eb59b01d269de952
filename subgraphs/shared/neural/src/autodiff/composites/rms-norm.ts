import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { float, int, type Value } from '../../onnx/types.ts';
import type { GradientRule } from '../gradient-rule.ts';

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

/** With u = dy·w and x̂ = x·r:  dx = r·(u - x̂·mean(u·x̂)),  dw = Σ dy·x̂ over the rows. */
export const rmsNormGradient: GradientRule = ({ builder, call, gradient, needs }) => {
  const [x, weight, inverseDeviation] = [call.inputs[0]!, call.inputs[1]!, call.outputs[1]!];
  const normalized = builder.mul(x, inverseDeviation);
  const gradientOfX = (): Value => {
    const weighted = builder.mul(gradient, weight);
    const projection = builder.reduce('ReduceMean', builder.mul(weighted, normalized), [-1]);
    return builder.mul(builder.sub(weighted, builder.mul(normalized, projection)), inverseDeviation);
  };
  return [
    needs(0) ? gradientOfX() : undefined,
    needs(1) ? builder.reduce('ReduceSum', builder.mul(gradient, normalized), [0], false) : undefined,
  ];
};
