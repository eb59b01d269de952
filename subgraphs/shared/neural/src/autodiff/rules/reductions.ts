import { type GradientRule, numericDims } from '../gradient-rule.ts';

/** ds = p·(dp - Σ dp·p) along the last axis. */
export const softmaxGradient: GradientRule = ({ builder, call, gradient }) => {
  const probabilities = call.outputs[0]!;
  const weighted = builder.mul(gradient, probabilities);
  const total = builder.reduce('ReduceSum', weighted, [-1]);
  return [builder.sub(weighted, builder.mul(probabilities, total))];
};

/** Every summed element receives the sum's gradient. */
export const reduceSumGradient: GradientRule = ({ builder, call, gradient }) => {
  const [x, axes] = [call.inputs[0]!, call.inputs[1]];
  const dims = numericDims(x.dims);
  const reduced =
    axes?.constant === undefined ? dims.map((_, axis) => axis) : Array.from(axes.constant, Number);
  const positive = reduced.map((axis) => (axis < 0 ? axis + dims.length : axis));
  const kept = dims.map((dim, axis) => (positive.includes(axis) ? 1 : dim));
  return [builder.op('Expand', [builder.reshape(gradient, kept), builder.integers(dims)]), undefined];
};
