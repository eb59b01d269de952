/** A decoder that learns to continue: examples packed into rows, measured by their loss and by greedy answers. */
import { join } from 'node:path';
import { type ModelFolder, writeModelFolder } from '@fathom/neural/models/model-folder';
import type { WordCounts } from '@fathom/neural/tokenizers/word-counts';
import { batchesOf, defaultPromptWeight } from '@fathom/neural/training/batches';
import { evaluationBatchesOf, measure } from '@fathom/neural/training/evaluation-batches';
import type { ExampleSource, SplitSource } from '@fathom/neural/training/packed/example-source';
import { packExamples } from '@fathom/neural/training/packed/pack-examples';
import { piecesInFile } from '@fathom/neural/training/packed/piece-source';
import { checkExampleLengths } from '@fathom/neural/training/read-examples';
import type { LanguageModel } from '@fathom/neural/training/tasks';
import type { Architecture } from '../domain/run-config.ts';
import { generateAnswers } from './generate.ts';
import { batchesOnTheWay, firstOf, type Learning, type Work } from './learning.ts';
import { measuredLanguageModel } from './measured-language-model.ts';
import { newDecoder, type UntrainedDecoder, wordsFor } from './new-model.ts';
import { loadVersion } from './version-files.ts';

type Start = UntrainedDecoder & { readonly weights?: ModelFolder['weights'] };

/** The examples are read from the disk as they are needed, and their tokens as well: neither is ever held whole. */
export async function learnLanguage(
  { specification, artifacts, scratchFolder }: Work,
  split: SplitSource,
  suites: readonly ExampleSource[],
): Promise<Learning<LanguageModel>> {
  const { seed, hyperparameters, start, threads } = specification;
  const { batchSize } = hyperparameters;
  const model: Start =
    start.kind === 'continue'
      ? await loadVersion(artifacts, start.files)
      : newDecoder(start.architecture, await wordsOf(start.architecture, split.training));
  const { maxPositions } = model.config;
  const packed = await packExamples(split.all, {
    ...model,
    batchSize,
    maxPositions,
    folder: join(scratchFolder, 'packed'),
    sides: ['training', 'held-out'],
    sideOf: (example) => (split.isHeldOut(example) ? 'held-out' : 'training'),
  });
  for (const suite of suites)
    await checkExampleLengths(suite.read(), { ...model, sequenceLength: maxPositions });
  const { sequenceLength, longestSegment, files } = packed;
  const shape = { batchSize, sequenceLength, seed };
  const batches = batchesOf(piecesInFile(files.training, defaultPromptWeight), shape);
  const heldOut = evaluationBatchesOf(piecesInFile(files['held-out'], 0), shape);
  const measured = (weights: ModelFolder['weights']) =>
    measuredLanguageModel({ ...model, weights }, { threads, batchSize, scratchFolder });
  return {
    run: {
      config: model.config,
      sequenceLength,
      longestSegment,
      ...(model.weights ? { weights: model.weights } : {}),
    },
    batches,
    epoch: `${batches.tokensPerEpoch.toLocaleString('en')} tokens an epoch`,
    heldOut: split.heldOut,
    onTheWay: firstOf(heldOut, batchesOnTheWay),
    // Pieces carry their example's place among all.
    lineOf: (place) => place + 1,
    answer: (weights, prompts, options) => generateAnswers({ ...model, weights }, prompts, options),
    async evaluate(trainer) {
      const { loss, totalNats } = await measure((batch) => trainer.evaluate(batch), heldOut);
      return { loss, totalNats, ...(await measured(trainer.exportWeights()).metrics(split.heldOut)) };
    },
    measured,
    write: (folder, weights) => writeModelFolder(folder, { ...model, weights }),
    close: packed.close,
  };
}

async function wordsOf(architecture: Architecture, training: ExampleSource): Promise<WordCounts> {
  const words = wordsFor(architecture);
  for await (const example of training.read()) {
    if ('text' in example) words.add(example.text);
    else {
      words.add(example.prompt);
      words.add(example.completion);
    }
  }
  return words;
}
