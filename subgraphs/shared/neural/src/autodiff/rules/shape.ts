import { attributeInts } from '../../onnx/shape-inference.ts';
import { type GradientRule, numericDims } from '../gradient-rule.ts';

export const reshapeGradient: GradientRule = ({ builder, call, gradient }) => [
  builder.reshape(gradient, numericDims(call.inputs[0]!.dims)),
];

export const transposeGradient: GradientRule = ({ builder, call, gradient }) => {
  const permutation = attributeInts(call.attributes, 'perm');
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return [builder.transpose(gradient, inverse)];
};
