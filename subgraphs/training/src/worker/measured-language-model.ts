import { join } from 'node:path';
import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { evaluationBatchesOf, type Measured, measure } from '@fathom/neural/training/evaluation-batches';
import type { Conversation } from '@fathom/neural/training/examples-file';
import { type ExampleSource, firstExamples } from '@fathom/neural/training/packed/example-source';
import { packExamples } from '@fathom/neural/training/packed/pack-examples';
import { piecesInFile } from '@fathom/neural/training/packed/piece-source';
import { createTrainer } from '@fathom/neural/training/trainer';
import { noMetrics } from '../domain/task-metrics.ts';
import { exactMatch } from './exact-match.ts';
import { generateAnswers } from './generate.ts';
import { isAsked, type MeasuredModel, type MeasuringOptions, requireUngraded } from './measured-model.ts';

/** Examples that are answered greedily for the metrics; a suite has all of its own answered. */
const greedyExamples = 100;

export function measuredLanguageModel(model: ModelFolder, options: MeasuringOptions): MeasuredModel {
  return {
    async loss(examples) {
      await requireUngraded(examples.read(), 'a language model has none');
      return lossOn(examples, model, options);
    },
    async right(rule, examples) {
      await requireUngraded(examples, 'a language model has none');
      const asked = examples.filter(isAsked);
      if (asked.length === 0) return 0;
      const share = rule === 'EXACT_MATCH' ? exactMatch : containing;
      return (await share(model, asked, options)) * asked.length;
    },
    async metrics(examples) {
      const asked = await firstExamples(examples, { count: greedyExamples, wanted: isAsked });
      return {
        ...noMetrics,
        exactMatch: asked.length === 0 ? null : await exactMatch(model, asked, options),
      };
    },
  };
}

async function lossOn(
  examples: ExampleSource,
  model: ModelFolder,
  { batchSize, threads, scratchFolder }: MeasuringOptions,
): Promise<Measured> {
  const { config, weights } = model;
  const packed = await packExamples(examples, {
    ...model,
    batchSize,
    maxPositions: config.maxPositions,
    folder: join(scratchFolder, 'measured'),
    sides: ['all'],
    sideOf: () => 'all',
  });
  const { sequenceLength, longestSegment, files } = packed;
  try {
    const shape = { batchSize, sequenceLength };
    const trainer = await createTrainer({
      config,
      weights,
      ...shape,
      longestSegment,
      optimizer: { learningRate: 0 },
      schedule: { kind: 'constant' },
      seed: 0,
      threads,
    });
    try {
      const batches = evaluationBatchesOf(piecesInFile(files.all, 0), shape);
      return await measure((batch) => trainer.evaluate(batch), batches);
    } finally {
      await trainer.release();
    }
  } finally {
    packed.close();
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
