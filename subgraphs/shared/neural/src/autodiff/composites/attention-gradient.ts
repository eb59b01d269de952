import { attributeInt } from '../../onnx/shape-inference.ts';
import type { Value } from '../../onnx/types.ts';
import { type GradientRule, numericDims } from '../gradient-rule.ts';
import { joined, slice } from './attention-bands.ts';
import { apart, rowTermsOf, shapeOf, together, unflipped } from './attention-shape.ts';

/**
 * The softmax's row term Σ dp·p equals Σ dO·O (FlashAttention 2, appendix B), which runs over d elements a row instead
 * of time: two passes over the scores instead of four.
 *
 * With fewer key heads than query heads, the queries of one group are laid below each other ([batch·kvHeads, group·time, d]),
 * so that keys and values are never repeated in memory: a reshape, no copy.
 */
export const attentionGradient: GradientRule = ({ builder, call, gradient }) => {
  const [q, k, v] = [call.inputs[0]!, call.inputs[1]!, call.inputs[2]!];
  const [output, ...probabilitiesOfBands] = call.outputs;
  const headSize = attributeInt(call.attributes, 'head_size', 0);
  const shape = shapeOf(q, k, headSize);
  const { batch, heads, keyValueHeads, time } = shape;
  const flip = (x: Value): Value => builder.transpose(x, [0, 2, 1]);
  const [queries, keys, values, above] = [
    apart(builder, q, shape, heads),
    apart(builder, k, shape, keyValueHeads),
    apart(builder, v, shape, keyValueHeads),
    apart(builder, gradient, shape, heads),
  ];
  const rowTerms = rowTermsOf(builder, builder.mul(gradient, output!), shape);
  let queriesBefore = 0;
  const bands = probabilitiesOfBands.map((probabilities) => {
    const [, , rows, columns] = numericDims(probabilities.dims) as [number, number, number, number];
    const queried = { from: queriesBefore, to: queriesBefore + rows };
    queriesBefore += rows;
    // A band's keys end with its queries; one band alone sees all keys.
    const seen = { from: queried.to - columns, to: queried.to };
    const ofGroup = (x: Value, width: number): Value =>
      builder.reshape(x, [batch * keyValueHeads, (heads / keyValueHeads) * rows, width]);
    const ofHeads = (x: Value, width: number): Value => builder.reshape(x, [batch * heads, rows, width]);
    const taken = (x: Value): Value => ofGroup(slice(builder, x, 1, queried), shape.headSize);
    const [bandAbove, bandKeys] = [taken(above), slice(builder, keys, 1, seen)];
    const toProbabilities = builder.matMul(bandAbove, flip(slice(builder, values, 1, seen)));
    const centred = builder.sub(ofHeads(toProbabilities, columns), slice(builder, rowTerms, 1, queried));
    const toScores = ofGroup(builder.mul(ofHeads(probabilities, columns), centred), columns);
    const scaled = (product: Value): Value => builder.scale(product, shape.scale);
    return {
      seen,
      q: ofHeads(scaled(builder.matMul(toScores, bandKeys)), shape.headSize),
      // dV = Pᵀ·dO, written as (dOᵀ·P)ᵀ, and dK likewise: what is transposed is then [d, time] instead of [time, time].
      k: scaled(builder.matMul(flip(taken(queries)), toScores)),
      v: builder.matMul(flip(bandAbove), ofGroup(probabilities, columns)),
    };
  });
  const borders = [...new Set(bands.flatMap(({ seen }) => [seen.from, seen.to]))].sort((x, y) => x - y);
  /** Each band's share reaches as far as its keys do. */
  const summed = (share: (band: (typeof bands)[number]) => Value): Value =>
    joined(
      builder,
      borders.slice(1).map((to, at) => {
        const from = borders[at]!;
        const shares = bands
          .filter(({ seen }) => seen.from <= from && seen.to >= to)
          .map((band) =>
            slice(builder, share(band), 2, { from: from - band.seen.from, to: to - band.seen.from }),
          );
        return shares.length === 1 ? shares[0]! : builder.op('Sum', shares);
      }),
      2,
    );
  const toQueries = joined(
    builder,
    bands.map((band) => band.q),
    1,
  );
  const toKeys = summed((band) => band.k);
  const toValues = summed((band) => band.v);
  return [
    together(builder, builder.reshape(toQueries, [batch, heads, time, shape.headSize]), shape),
    together(builder, unflipped(builder, toKeys, shape), shape),
    together(builder, unflipped(builder, toValues, shape), shape),
    undefined,
  ];
};
