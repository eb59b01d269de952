import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { evaluationBatches, type Measured, measure } from '@fathom/neural/training/evaluation-batches';
import type { Example } from '@fathom/neural/training/examples';
import type { Conversation } from '@fathom/neural/training/examples-file';
import { fittingLengths } from '@fathom/neural/training/sequence-length';
import { createTrainer } from '@fathom/neural/training/trainer';
import { noMetrics } from '../domain/task-metrics.ts';
import { exactMatch } from './exact-match.ts';
import { generateAnswers } from './generate.ts';
import { askedOf, type MeasuredModel, type MeasuringOptions, requireUngraded } from './measured-model.ts';

/** Examples that are answered greedily for the metrics; a suite has all of its own answered. */
const greedyExamples = 100;

export function measuredLanguageModel(model: ModelFolder, options: MeasuringOptions): MeasuredModel {
  return {
    async loss(examples) {
      requireUngraded(examples, 'a language model has none');
      return lossOn(examples, model, options);
    },
    async right(rule, examples) {
      requireUngraded(examples, 'a language model has none');
      const asked = askedOf(examples);
      if (asked.length === 0) return 0;
      const share = rule === 'EXACT_MATCH' ? exactMatch : containing;
      return (await share(model, asked, options)) * asked.length;
    },
    async metrics(examples) {
      const asked = askedOf(examples).slice(0, greedyExamples);
      return {
        ...noMetrics,
        exactMatch: asked.length === 0 ? null : await exactMatch(model, asked, options),
      };
    },
  };
}

async function lossOn(
  examples: readonly Example[],
  model: ModelFolder,
  { batchSize, threads }: MeasuringOptions,
): Promise<Measured> {
  const { config, weights } = model;
  const lengths = fittingLengths(examples, {
    ...model,
    batchSize,
    maxPositions: config.maxPositions,
  });
  const batches = evaluationBatches(examples, { ...model, batchSize, ...lengths });
  const trainer = await createTrainer({
    config,
    weights,
    batchSize,
    ...lengths,
    optimizer: { learningRate: 0 },
    schedule: { kind: 'constant' },
    seed: 0,
    threads,
  });
  try {
    return await measure((batch) => trainer.evaluate(batch), batches);
  } finally {
    await trainer.release();
  }
}

/** The share of examples whose answer contains the expected text, whatever its case. 0 to 1. */
async function containing(
  model: ModelFolder,
  examples: readonly Conversation[],
  { threads }: { readonly threads: number },
): Promise<number> {
  const prompts = examples.map(({ prompt }) => prompt);
  const answers = await generateAnswers(model, prompts, { threads, maxTokens: model.config.maxPositions });
  const right = examples.filter(({ completion }, index) =>
    answers[index]!.toLowerCase().includes(completion.trim().toLowerCase()),
  );
  return right.length / examples.length;
}
