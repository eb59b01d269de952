import { join } from 'node:path';
import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { evaluationBatchesOf, type Measured, measure } from '@fathom/neural/training/evaluation-batches';
import type { Conversation } from '@fathom/neural/training/examples-file';
import { type ExampleSource, firstExamples } from '@fathom/neural/training/packed/example-source';
import { packExamples } from '@fathom/neural/training/packed/pack-examples';
import { piecesInFile } from '@fathom/neural/training/packed/piece-source';
import { createTrainer } from '@fathom/neural/training/trainer';
import { noMetrics } from '../domain/task-metrics.ts';
import { countExactMatches } from './exact-match.ts';
import { answersTo } from './generate.ts';
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
      await requireUngraded(examples.read(), 'a language model has none');
      const count = rule === 'EXACT_MATCH' ? countExactMatches : countContaining;
      return count(model, askedOf(examples), options);
    },
    async metrics(examples) {
      const asked = await firstExamples(examples, { count: greedyExamples, wanted: isAsked });
      return {
        ...noMetrics,
        exactMatch:
          asked.length === 0 ? null : (await countExactMatches(model, asked, options)) / asked.length,
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

async function* askedOf(examples: ExampleSource): AsyncGenerator<Conversation> {
  for await (const example of examples.read()) if (isAsked(example)) yield example;
}

/** How many examples' answers contain the expected text, whatever its case. */
async function countContaining(
  model: ModelFolder,
  examples: AsyncIterable<Conversation>,
  { threads }: { readonly threads: number },
): Promise<number> {
  const answering = { threads, maxTokens: model.config.maxPositions, promptOf };
  let count = 0;
  for await (const { asked, answer } of answersTo(model, examples, answering))
    if (answer.toLowerCase().includes(asked.completion.trim().toLowerCase())) count += 1;
  return count;
}

const promptOf = ({ prompt }: Conversation): string => prompt;
