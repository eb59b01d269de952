import type { Batch } from './batch.ts';
import { inOrder, layOut, readRow } from './batches.ts';
import { type EncodingOptions, type Example, encodeExample } from './examples.ts';
import { packRows } from './packed/pack-rows.ts';
import { type PieceSource, piecesInMemory } from './packed/piece-source.ts';
import type { EvaluationResult } from './trainer.ts';

export interface EvaluationBatchesOptions extends Omit<EncodingOptions, 'promptWeight'> {
  readonly batchSize: number;
}

/** Every example exactly once, in order, prompts without weight: the last rows of the last batch are empty. */
export function evaluationBatches(
  examples: readonly Example[],
  options: EvaluationBatchesOptions,
): readonly Batch[] {
  const encoded = examples.flatMap((example, index) =>
    encodeExample(example, index, { ...options, promptWeight: 0 }),
  );
  return [...evaluationBatchesOf(piecesInMemory(encoded), options)];
}

/** The same from pieces, wherever they lie: a batch is made when it is asked for, as often as all are gone through. */
export function evaluationBatchesOf(
  pieces: PieceSource,
  { batchSize, sequenceLength }: Pick<EvaluationBatchesOptions, 'batchSize' | 'sequenceLength'>,
): Iterable<Batch> {
  const { lengthOf } = pieces;
  const rows = packRows(inOrder(pieces.count), { lengthOf, sequenceLength });
  return {
    *[Symbol.iterator]() {
      for (let first = 0; first < rows.count; first += batchSize) {
        const chosen = Array.from({ length: batchSize }, (_, at) =>
          first + at < rows.count ? readRow(rows.piecesOf(first + at), pieces) : [],
        );
        yield layOut(chosen, sequenceLength);
      }
    },
  };
}

export interface Measured {
  /** Mean over all answer tokens, nats a token. */
  readonly loss: number;
  /** Sum over all answer tokens: comparable between models with other tokenizers on the same answers. */
  readonly totalNats: number;
  readonly answerTokens: number;
  /** The share of answer tokens that the model puts first, 0 to 1. */
  readonly accuracy: number;
}

/** The weighted mean over batches, as one long batch would give it. */
export async function measure<B>(
  evaluate: (batch: B) => Promise<EvaluationResult>,
  batches: Iterable<B>,
): Promise<Measured> {
  let [totalNats, weight, answerTokens, correct] = [0, 0, 0, 0];
  for (const batch of batches) {
    const result = await evaluate(batch);
    totalNats += result.loss * result.lossWeight;
    weight += result.lossWeight;
    answerTokens += result.answerTokens;
    correct += result.correct;
  }
  return { loss: totalNats / weight, totalNats, answerTokens, accuracy: correct / answerTokens };
}
