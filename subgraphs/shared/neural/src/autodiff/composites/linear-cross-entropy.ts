import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { int, type Value } from '../../onnx/types.ts';
import { type GradientRule, numericDims } from '../gradient-rule.ts';
import { rowPieces, weightGradient } from '../rules/weight-gradient.ts';
import { rowLosses, shareOfRows, weightedSum } from './cross-entropy.ts';

/**
 * The last product of a language model and its loss in one: weighted mean of -log p(target) with p = softmax(h·Wᵀ), nats, and
 * each row's own loss and likeliest token. hidden [n, d], weight [vocabulary, d], targets [n] int64, weights [n] -> scalar, [n],
 * [n] int64; `totalWeight` as of `crossEntropy`.
 *
 * Of all tensors of a step, those over the vocabulary are the largest. They exist for one piece of the rows at a time, but
 * for the probabilities, and are passed over as seldom as can be: a row's share in the mean multiplies what goes into and comes
 * out of the products, which is d wide.
 */
export function linearCrossEntropy(
  builder: GraphBuilder,
  hidden: Value,
  options: { weight: Value; targets: Value; weights: Value; totalWeight?: Value },
): { readonly loss: Value; readonly perToken: Value; readonly predicted: Value } {
  const { weight, targets, weights, totalWeight } = options;
  const inputs = [hidden, weight, targets, weights, ...(totalWeight ? [totalWeight] : [])];
  const [loss, perToken, predicted] = builder.composite('LinearCrossEntropy', inputs, () => {
    const targetPieces = rowPieces(builder, targets);
    const pieces = rowPieces(builder, hidden).map((piece, at) => {
      const logits = builder.gemm(piece, weight, { transB: true });
      const attributes = { axis: int(-1), keepdims: int(0) };
      const predicted = builder.op('ArgMax', [logits], { attributes });
      return { predicted, ...rowLosses(builder, logits, targetPieces[at]!) };
    });
    const share = shareOfRows(builder, weights, totalWeight);
    const perToken = joined(
      builder,
      pieces.map((piece) => piece.perToken),
    );
    const predicted = joined(
      builder,
      pieces.map((piece) => piece.predicted),
    );
    const saved = pieces.flatMap((piece) => [piece.probabilities, piece.targetColumn, piece.perToken]);
    return [weightedSum(builder, perToken, share), perToken, predicted, share, ...saved];
  });
  return { loss: loss!, perToken: perToken!, predicted: predicted! };
}

/**
 * With e = p - onehot(target):  dh = share·(e·W)  and  dW = eᵀ·(share·h).
 *
 * p(target) is e^(-loss of the row), not looked up: what is put in its place then waits for the last that reads p, and so is
 * written into p itself.
 */
export const linearCrossEntropyGradient: GradientRule = ({ builder, call, gradient, needs }) => {
  const [hidden, weight] = [call.inputs[0]!, call.inputs[1]!];
  const [, , , share, ...saved] = call.outputs;
  const shares = rowPieces(builder, builder.mul(share!, gradient));
  const errors = shares.map((_, at) => {
    const [probabilities, targetColumn, perToken] = saved.slice(3 * at) as [Value, Value, Value];
    const negative = builder.op('Neg', [builder.reshape(perToken, numericDims(targetColumn.dims))]);
    const atTarget = builder.sub(builder.op('Exp', [negative]), builder.scalar(1));
    const attributes = { axis: int(1) };
    return builder.op('ScatterElements', [probabilities, targetColumn, atTarget], { attributes });
  });
  const gradientOfHidden = (): Value =>
    joined(
      builder,
      errors.map((error, at) => builder.mul(builder.gemm(error, weight), shares[at]!)),
    );
  const gradientOfWeight = (): Value => {
    const shared = rowPieces(builder, hidden).map((piece, at) => builder.mul(piece, shares[at]!));
    return weightGradient(builder, shared, errors);
  };
  return [
    needs(0) ? gradientOfHidden() : undefined,
    needs(1) ? gradientOfWeight() : undefined,
    undefined,
    undefined,
    undefined,
  ].slice(0, call.inputs.length);
};

const joined = (builder: GraphBuilder, pieces: readonly Value[]): Value =>
  pieces.length === 1 ? pieces[0]! : builder.concat(pieces, 0);
