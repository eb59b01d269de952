import type { Batch } from './batch.ts';
import { layOut, packRows } from './batches.ts';
import { type EncodingOptions, type Example, encodeExample } from './examples.ts';
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
  const rows = packRows(encoded, options.sequenceLength);
  const batches: Batch[] = [];
  for (let first = 0; first < rows.length; first += options.batchSize) {
    const chosen = rows.slice(first, first + options.batchSize);
    const empty = Array.from({ length: options.batchSize - chosen.length }, () => []);
    batches.push(layOut([...chosen, ...empty], options.sequenceLength));
  }
  return batches;
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
  batches: readonly B[],
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
