import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import type { Value } from '../../onnx/types.ts';
import { type GradientRule, numericDims } from '../gradient-rule.ts';

/**
 * softmax(q·kᵀ/√d + bias)·v.
 *
 *   q [batch, heads, time, d]   k, v [batch, kvHeads, time, d]   bias [batch, 1, time, time]
 *
 * With fewer key heads than query heads, the queries of one group are laid below each other ([batch, kvHeads,
 * group·time, d]), so that keys and values are never repeated in memory: a reshape, no copy.
 */
export function attention(
  builder: GraphBuilder,
  inputs: { q: Value; k: Value; v: Value; bias: Value },
): Value {
  const { q, k, v, bias } = inputs;
  return builder.composite('Attention', [q, k, v, bias], () => {
    const layout = layoutOf(q, k);
    const scaled = builder.scale(q, layout.scale);
    const scores = builder.matMul(
      builder.reshape(scaled, layout.grouped),
      builder.transpose(k, [0, 1, 3, 2]),
    );
    const probabilities = builder.softmax(builder.add(builder.reshape(scores, layout.scores), bias));
    const mixed = builder.matMul(builder.reshape(probabilities, layout.groupedScores), v);
    return [builder.reshape(mixed, layout.queries), probabilities, scaled];
  })[0]!;
}

/**
 * The softmax's row term Σ dp·p equals Σ dO·O (FlashAttention 2, appendix B), which runs over d elements a row instead
 * of time: two passes over the scores instead of four.
 */
export const attentionGradient: GradientRule = ({ builder, call, gradient }) => {
  const [q, k, v] = [call.inputs[0]!, call.inputs[1]!, call.inputs[2]!];
  const [output, probabilities, scaled] = [call.outputs[0]!, call.outputs[1]!, call.outputs[2]!];
  const layout = layoutOf(q, k);
  const groupedGradient = builder.reshape(gradient, layout.grouped);
  const groupedProbabilities = builder.reshape(probabilities, layout.groupedScores);

  const flip = (x: Value): Value => builder.transpose(x, [0, 1, 3, 2]);
  // dV = Pᵀ·dO, written as (dOᵀ·P)ᵀ, and dK likewise: what is transposed is then [d, time] instead of [time, time].
  const gradientOfV = flip(builder.matMul(flip(groupedGradient), groupedProbabilities));
  const gradientOfProbabilities = builder.reshape(builder.matMul(groupedGradient, flip(v)), layout.scores);
  const rowTerm = builder.reduce('ReduceSum', builder.mul(gradient, output), [-1]);
  const gradientOfScores = builder.reshape(
    builder.mul(probabilities, builder.sub(gradientOfProbabilities, rowTerm)),
    layout.groupedScores,
  );
  const gradientOfQ = builder.scale(
    builder.reshape(builder.matMul(gradientOfScores, k), layout.queries),
    layout.scale,
  );
  const gradientOfK = flip(builder.matMul(flip(builder.reshape(scaled, layout.grouped)), gradientOfScores));
  return [gradientOfQ, gradientOfK, gradientOfV, undefined];
};

function layoutOf(q: Value, k: Value) {
  const [batch, heads, time, headSize] = numericDims(q.dims) as [number, number, number, number];
  const keyValueHeads = numericDims(k.dims)[1]!;
  const groupTime = (heads / keyValueHeads) * time;
  return {
    scale: 1 / Math.sqrt(headSize),
    queries: [batch, heads, time, headSize],
    scores: [batch, heads, time, time],
    grouped: [batch, keyValueHeads, groupTime, headSize],
    groupedScores: [batch, keyValueHeads, groupTime, time],
  };
}
