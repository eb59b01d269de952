import { type TextModelConfig, textModel } from '../../architectures/text-model.ts';
import { crossEntropy } from '../../autodiff/composites/cross-entropy.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { int, type Value } from '../../onnx/types.ts';
import { floats, longs } from '../../runtime/host-tensor.ts';
import type { TaskShape, TrainingTask } from '../task.ts';
import { checkLength, checkTextRows, rowLengths, type TextRows } from '../text-batch.ts';
import { declareTexts, startingWeights, textFeeds } from './text-inputs.ts';

export interface Contrastive {
  readonly kind: 'contrastive';
  /** By which cosines are multiplied before the softmax, 1 / temperature. 20 by default, as in sentence-transformers. */
  readonly scale?: number;
}

/**
 * Pairs of texts that belong together, pair i in rows i and batchSize + i:
 *
 *   rows       a₀ a₁ … aₙ | b₀ b₁ … bₙ
 *   opponents  [batchSize, batchSize]   1 where bⱼ may stand against bᵢ as an answer to aᵢ; the diagonal is always 1
 *
 * An opponent that is as right an answer as the pair's own, because the same text occurs twice, is none.
 */
export interface PairBatch extends TextRows {
  readonly opponents: Float32Array;
  /** [batchSize]: 0 for a row without a pair */
  readonly lossWeights: Float32Array;
}

/**
 * A model learns vectors of texts: those of a pair point the same way, those of different pairs apart. Mean pooling,
 * cosine, in-batch InfoNCE (van den Oord et al. 2018), which sentence-transformers calls MultipleNegativesRankingLoss.
 */
export function contrastiveTask(
  config: TextModelConfig,
  shape: TaskShape & { readonly scale: number },
): TrainingTask<PairBatch> {
  const { batchSize: pairs, sequenceLength, scale } = shape;
  const grid = { rows: 2 * pairs, sequenceLength };
  const model = textModel(config);
  return {
    parameters: model.parameters,
    initialize: (seed, weights) => startingWeights({ config, model, head: [], weights, seed }),
    write(builder, { parameters, dropout, totalWeight }) {
      const inputs = declareTexts(builder, grid);
      const shares = builder.input('pooling', 'float32', [grid.rows, sequenceLength]);
      const opponents = builder.input('opponents', 'float32', [pairs, pairs]);
      const targets = builder.input('pairs', 'int64', [pairs]);
      const weights = builder.input('loss_weights', 'float32', [pairs]);
      const hidden = model.hidden(builder, { parameters, inputs, dropout });
      const vectors = builder.scope('pooled', () => meanVectors(builder, hidden, shares));
      const half = (from: number): Value =>
        builder.gather(vectors, builder.integers(Array.from({ length: pairs }, (_, at) => from + at)));
      const cosines = builder.gemm(half(0), half(pairs), { transB: true });
      const excluded = builder.scale(builder.sub(opponents, builder.scalar(1)), 1e9);
      const logits = builder.add(builder.scale(cosines, scale), excluded);
      const weighing = { weights, ...(totalWeight === undefined ? {} : { totalWeight }) };
      const { loss } = crossEntropy(builder, logits, { targets, ...weighing });
      const predicted = builder.op('ArgMax', [logits], { attributes: { axis: int(-1), keepdims: int(0) } });
      return { loss, measured: { vectors, predicted } };
    },
    check(batch) {
      checkTextRows(batch, { ...grid, vocabularySize: config.vocabularySize });
      checkLength('opponents', batch.opponents?.length, pairs * pairs);
      checkLength('lossWeights', batch.lossWeights?.length, pairs);
    },
    feeds: (batch) => ({
      ...textFeeds(batch, grid),
      pooling: floats([grid.rows, sequenceLength], poolingShares(batch, sequenceLength)),
      opponents: floats([pairs, pairs], batch.opponents),
      pairs: longs(
        [pairs],
        BigInt64Array.from({ length: pairs }, (_, at) => BigInt(at)),
      ),
      loss_weights: floats([pairs], batch.lossWeights),
    }),
    lossWeight: ({ lossWeights }) => lossWeights.reduce((total, weight) => total + weight, 0),
    measure: ({ lossWeights }, results) => {
      const predicted = results['predicted']!.data as BigInt64Array;
      const asked = [...lossWeights.keys()].filter((pair) => lossWeights[pair]! > 0);
      return {
        answerTokens: asked.length,
        correct: asked.filter((pair) => predicted[pair] === BigInt(pair)).length,
      };
    },
  };
}

/** [rows·time, hidden] and each token's share of its text [rows, time] -> vectors of length 1, [rows, hidden]. */
function meanVectors(builder: GraphBuilder, hidden: Value, shares: Value): Value {
  const [rows, time] = shares.dims as [number, number];
  const width = hidden.dims[1] as number;
  const mean = builder.reshape(
    builder.matMul(builder.reshape(shares, [rows, 1, time]), builder.reshape(hidden, [rows, time, width])),
    [rows, width],
  );
  const squares = builder.reduce('ReduceSum', builder.mul(mean, mean), [-1]);
  // A row without a text is a vector of zeros: it has no direction, and must not have an infinite one.
  const length = builder.op('Sqrt', [builder.add(squares, builder.scalar(1e-12))]);
  return builder.op('Div', [mean, length]);
}

function poolingShares(texts: TextRows, sequenceLength: number): Float32Array {
  const lengths = rowLengths(texts, sequenceLength);
  return Float32Array.from(texts.segmentIds, (segment, at) => {
    const length = lengths[Math.floor(at / sequenceLength)]!;
    return length === 0 ? 0 : Number(segment) / length;
  });
}
