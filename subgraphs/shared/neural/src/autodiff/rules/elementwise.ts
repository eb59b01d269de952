import { type GradientRule, sumToShape } from '../gradient-rule.ts';

export const addGradient: GradientRule = ({ builder, call, gradient, needs }) =>
  call.inputs.map((input, at) => (needs(at) ? sumToShape(builder, gradient, input!.dims) : undefined));

export const subGradient: GradientRule = ({ builder, call, gradient, needs }) => [
  needs(0) ? sumToShape(builder, gradient, call.inputs[0]!.dims) : undefined,
  needs(1) ? sumToShape(builder, builder.op('Neg', [gradient]), call.inputs[1]!.dims) : undefined,
];

export const mulGradient: GradientRule = ({ builder, call, gradient, needs }) => {
  const [a, b] = [call.inputs[0]!, call.inputs[1]!];
  return [
    needs(0) ? sumToShape(builder, builder.mul(gradient, b), a.dims) : undefined,
    needs(1) ? sumToShape(builder, builder.mul(gradient, a), b.dims) : undefined,
  ];
};

/** d(a/b) = da/b - (a/b)·db/b */
export const divGradient: GradientRule = ({ builder, call, gradient, needs }) => {
  const [a, b, quotient] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  const scaled = builder.op('Div', [gradient, b]);
  return [
    needs(0) ? sumToShape(builder, scaled, a.dims) : undefined,
    needs(1) ? sumToShape(builder, builder.op('Neg', [builder.mul(scaled, quotient)]), b.dims) : undefined,
  ];
};

export const identityGradient: GradientRule = ({ gradient }) => [gradient];
