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
    const rows = numericDims(logits.dims)[0]!;
    const targetColumn = builder.reshape(targets, [rows, 1]);
    const probabilities = builder.softmax(logits);
    const targetLogit = builder.op('GatherElements', [logits, targetColumn], {
      attributes: { axis: int(1) },
    });
    const logOfLargest = builder.op('Log', [builder.reduce('ReduceMax', probabilities, [1])]);
    const logSum = builder.sub(builder.reduce('ReduceMax', logits, [1]), logOfLargest);
    const perToken = builder.reshape(builder.sub(logSum, targetLogit), [rows]);
    // A batch without any weight has loss 0, not 0/0.
    const totalWeight = builder.op('Max', [
      options.totalWeight ?? builder.reduce('ReduceSum', weights, [0], false),
      builder.scalar(1e-12),
    ]);
    const share = builder.reshape(builder.op('Div', [weights, totalWeight]), [rows, 1]);
    const weighted = builder.mul(perToken, builder.reshape(share, [rows]));
    return [builder.reduce('ReduceSum', weighted, [0], false), probabilities, targetColumn, share, perToken];
  });
  return { loss: loss!, perToken: perToken! };
}

/** d logits = (p - onehot(target))·share: scale all of p, then put (p(target) - 1)·share at the targets. */
export const crossEntropyGradient: GradientRule = ({ builder, call, gradient }) => {
  const [, probabilities, targetColumn, share] = call.outputs;
  const scaledShare = builder.mul(share!, gradient);
  const targetProbability = builder.op('GatherElements', [probabilities!, targetColumn!], {
    attributes: { axis: int(1) },
  });
  const atTarget = builder.mul(builder.sub(targetProbability, builder.scalar(1)), scaledShare);
  return [
    builder.op('ScatterElements', [builder.mul(probabilities!, scaledShare), targetColumn!, atTarget], {
      attributes: { axis: int(1) },
    }),
    undefined,
    undefined,
  ];
};
