import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';

/** √Σ‖g‖² over all gradients. */
export function globalNorm(builder: GraphBuilder, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) =>
    builder.reshape(builder.op('ReduceSumSquare', [gradient]), [1]),
  );
  return builder.op('Sqrt', [builder.reduce('ReduceSum', builder.concat(squares, 0), [0], false)]);
}

/** The factor that brings the norm down to the bound: min(1, bound / norm). */
export function clipFactor(builder: GraphBuilder, norm: Value, maxGradientNorm: number): Value {
  const ratio = builder.op('Div', [builder.scalar(maxGradientNorm), builder.add(norm, builder.scalar(1e-6))]);
  return builder.op('Min', [ratio, builder.scalar(1)]);
}
