import { attributeInt } from '../../onnx/shape-inference.ts';
import { type GradientRule, sumToShape } from '../gradient-rule.ts';
import { rowPieces, weightGradient } from './weight-gradient.ts';

const swapLast = (rank: number): number[] => [...Array(rank - 2).keys(), rank - 1, rank - 2];

/** For C = A·B: dA = dC·Bᵀ and dB = Aᵀ·dC, summed over batch axes that were broadcast. ORT fuses the transposes. */
export const matMulGradient: GradientRule = ({ builder, call, gradient, needs }) => {
  const [a, b] = [call.inputs[0]!, call.inputs[1]!];
  const transposed = (x: typeof a) => builder.transpose(x, swapLast(x.dims.length));
  return [
    needs(0) ? sumToShape(builder, builder.matMul(gradient, transposed(b)), a.dims) : undefined,
    needs(1) ? sumToShape(builder, builder.matMul(transposed(a), gradient), b.dims) : undefined,
  ];
};

/** The four cases of C = op(A)·op(B), written so that no transpose is materialised, but for the one that pays. */
export const gemmGradient: GradientRule = ({ builder, call, gradient, needs }) => {
  const [a, b] = [call.inputs[0]!, call.inputs[1]!];
  const transA = attributeInt(call.attributes, 'transA', 0) === 1;
  const transB = attributeInt(call.attributes, 'transB', 0) === 1;
  const gradientOfA = () =>
    transA
      ? builder.gemm(b, gradient, { transA: transB, transB: true })
      : builder.gemm(gradient, b, { transB: !transB });
  const gradientOfB = () =>
    transB
      ? transA
        ? builder.gemm(gradient, a, { transA: true, transB: true })
        : weightGradient(builder, rowPieces(builder, a), rowPieces(builder, gradient))
      : builder.gemm(a, gradient, { transA: !transA });
  return [needs(0) ? gradientOfA() : undefined, needs(1) ? gradientOfB() : undefined];
};
