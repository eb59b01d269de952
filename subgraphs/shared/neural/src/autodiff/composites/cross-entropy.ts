import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { int, type Value } from '../../onnx/types.ts';
import { type GradientRule, numericDims } from '../gradient-rule.ts';

/**
 * Weighted mean of -log p(target), nats. logits [n, vocabulary], targets [n] int64, weights [n] -> scalar. Given a
 * `totalWeight` (of a batch that these rows are a part of), it is the part's share: the shares add up to the batch's loss.
 *
 * The softmax is needed for the gradient anyway. Its largest entry is 1/Σexp(x - max), so log Σexp(x) = max(x) - log
 * max(p): exact where log(p(target)) would underflow, and without a second pass of exponentials over the logits.
 */
export function crossEntropy(
  builder: GraphBuilder,
  logits: Value,
  options: { targets: Value; weights: Value; totalWeight?: Value },
): { readonly loss: Value; readonly perToken: Value } {
  const { targets, weights } = options;
  const inputs = [logits, targets, weights, ...(options.totalWeight ? [options.totalWeight] : [])];
  const [loss, , , , perToken] = builder.composite('CrossEntropy', inputs, () => {
    const { perToken, probabilities, targetColumn } = rowLosses(builder, logits, targets);
    const share = shareOfRows(builder, weights, options.totalWeight);
    return [weightedSum(builder, perToken, share), probabilities, targetColumn, share, perToken];
  });
  return { loss: loss!, perToken: perToken! };
}

export interface RowLosses {
  /** -log p(target), nats, [n]. */
  readonly perToken: Value;
  /** [n, vocabulary] */
  readonly probabilities: Value;
  /** [n, 1] */
  readonly targetColumn: Value;
}

export function rowLosses(builder: GraphBuilder, logits: Value, targets: Value): RowLosses {
  const rows = numericDims(logits.dims)[0]!;
  const targetColumn = builder.reshape(targets, [rows, 1]);
  const probabilities = builder.softmax(logits);
  const targetLogit = atColumn(builder, logits, targetColumn);
  const logOfLargest = builder.op('Log', [builder.reduce('ReduceMax', probabilities, [1])]);
  const logSum = builder.sub(builder.reduce('ReduceMax', logits, [1]), logOfLargest);
  const perToken = builder.reshape(builder.sub(logSum, targetLogit), [rows]);
  return { perToken, probabilities, targetColumn };
}

/** By what share each row counts in the mean, [n, 1]. A batch without any weight has loss 0, not 0/0. */
export function shareOfRows(builder: GraphBuilder, weights: Value, ofTotal: Value | undefined): Value {
  const total = ofTotal ?? builder.reduce('ReduceSum', weights, [0], false);
  const share = builder.op('Div', [weights, builder.op('Max', [total, builder.scalar(1e-12)])]);
  return builder.reshape(share, [numericDims(weights.dims)[0]!, 1]);
}

export function weightedSum(builder: GraphBuilder, perToken: Value, share: Value): Value {
  const weighted = builder.mul(perToken, builder.reshape(share, numericDims(perToken.dims)));
  return builder.reduce('ReduceSum', weighted, [0], false);
}

/** One element of each row, [n, 1]. */
const atColumn = (builder: GraphBuilder, x: Value, column: Value): Value =>
  builder.op('GatherElements', [x, column], { attributes: { axis: int(1) } });

/** d logits = (p - onehot(target))·share: scale all of p, then put (p(target) - 1)·share at the targets. */
export const crossEntropyGradient: GradientRule = ({ builder, call, gradient }) => {
  const [, probabilities, targetColumn, share] = call.outputs;
  const scaledShare = builder.mul(share!, gradient);
  const targetProbability = atColumn(builder, probabilities!, targetColumn!);
  const atTarget = builder.mul(builder.sub(targetProbability, builder.scalar(1)), scaledShare);
  return [
    builder.op('ScatterElements', [builder.mul(probabilities!, scaledShare), targetColumn!, atTarget], {
      attributes: { axis: int(1) },
    }),
    undefined,
    undefined,
  ];
};
