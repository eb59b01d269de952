import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { float, int, type Value } from '../../onnx/types.ts';
import type { GradientRule } from '../gradient-rule.ts';

/**
 * y = x̂·w + b with x̂ = (x - mean(x))·r and r = 1/√(var(x) + ε), over the last axis. x [n, d], w and b [d].
 * One kernel, which also gives mean and r, saved for the backward pass.
 */
export function layerNorm(
  builder: GraphBuilder,
  x: Value,
  options: { weight: Value; bias: Value; epsilon: number },
): Value {
  const { weight, bias, epsilon } = options;
  return builder.composite('LayerNorm', [x, weight, bias], () =>
    builder.ops('LayerNormalization', [x, weight, bias], {
      attributes: { axis: int(-1), epsilon: float(epsilon), stash_type: int(1) },
      outputCount: 3,
    }),
  )[0]!;
}

/** With u = dy·w:  dx = r·(u - mean(u) - x̂·mean(u·x̂)),  dw = Σ dy·x̂ and db = Σ dy over the rows. */
export const layerNormGradient: GradientRule = ({ builder, call, gradient, needs }) => {
  const [x, weight] = [call.inputs[0]!, call.inputs[1]!];
  const [, mean, inverseDeviation] = call.outputs;
  const normalized = builder.mul(builder.sub(x, mean!), inverseDeviation!);
  const gradientOfX = (): Value => {
    const weighted = builder.mul(gradient, weight);
    const average = builder.reduce('ReduceMean', weighted, [-1]);
    const projection = builder.reduce('ReduceMean', builder.mul(weighted, normalized), [-1]);
    const centred = builder.sub(builder.sub(weighted, average), builder.mul(normalized, projection));
    return builder.mul(centred, inverseDeviation!);
  };
  return [
    needs(0) ? gradientOfX() : undefined,
    needs(1) ? builder.reduce('ReduceSum', builder.mul(gradient, normalized), [0], false) : undefined,
    needs(2) ? builder.reduce('ReduceSum', gradient, [0], false) : undefined,
  ];
};
