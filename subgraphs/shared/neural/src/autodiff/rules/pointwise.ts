import type { GradientRule } from '../gradient-rule.ts';

/** d tanh(x) = (1 - y²)·dx */
export const tanhGradient: GradientRule = ({ builder, call, gradient }) => {
  const y = call.outputs[0]!;
  return [builder.mul(gradient, builder.sub(builder.scalar(1), builder.mul(y, y)))];
};

/** d √x = dx/(2·√x) */
export const sqrtGradient: GradientRule = ({ builder, call, gradient }) => [
  builder.op('Div', [builder.scale(gradient, 0.5), call.outputs[0]!]),
];
