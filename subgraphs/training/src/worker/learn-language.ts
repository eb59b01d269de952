/** A decoder that learns to continue: examples packed into rows, measured by their loss and by greedy answers. */
import { type ModelFolder, writeModelFolder } from '@fathom/neural/models/model-folder';
import { batchesFrom } from '@fathom/neural/training/batches';
import { evaluationBatches, measure } from '@fathom/neural/training/evaluation-batches';
import type { Example } from '@fathom/neural/training/examples';
import { checkExampleLengths } from '@fathom/neural/training/read-examples';
import { fittingLengths } from '@fathom/neural/training/sequence-length';
import { type Split, splitExamples } from '@fathom/neural/training/split';
import type { LanguageModel } from '@fathom/neural/training/tasks';
import { generateAnswers } from './generate.ts';
import { batchesOnTheWay, type Learning, type Work } from './learning.ts';
import { measuredLanguageModel } from './measured-language-model.ts';
import { newModel, type Untrained } from './new-model.ts';
import { loadVersion } from './version-files.ts';

type Start = Untrained & { readonly weights?: ModelFolder['weights'] };

export async function learnLanguage(
  { specification, artifacts }: Work,
  examples: readonly Example[],
  suites: readonly (readonly Example[])[],
): Promise<Learning<LanguageModel>> {
  const { seed, hyperparameters, start, threads } = specification;
  const { batchSize, heldOutShare } = hyperparameters;
  const split = splitExamples(examples, { seed, heldOutShare });
  const model: Start =
    start.kind === 'continue'
      ? await loadVersion(artifacts, start.files)
      : newModel(start.architecture, split.training);
  const { maxPositions } = model.config;
  for (const read of [examples, ...suites])
    checkExampleLengths(read, { ...model, sequenceLength: maxPositions });
  const lengths = fittingLengths(examples, { ...model, batchSize, maxPositions });
  const shape = { ...model, batchSize, ...lengths };
  const batches = batchesFrom(split.training, { ...shape, seed });
  const heldOut = evaluationBatches(split.heldOut, shape);
  const measured = (weights: ModelFolder['weights']) =>
    measuredLanguageModel({ ...model, weights }, { threads, batchSize });
  return {
    run: { config: model.config, ...lengths, ...(model.weights ? { weights: model.weights } : {}) },
    batches,
    epoch: `${batches.tokensPerEpoch.toLocaleString('en')} tokens an epoch`,
    heldOut: split.heldOut,
    onTheWay: heldOut.slice(0, batchesOnTheWay),
    lines: linesOf(split, examples),
    answer: (weights, prompts, options) => generateAnswers({ ...model, weights }, prompts, options),
    async evaluate(trainer) {
      const { loss, totalNats } = await measure((batch) => trainer.evaluate(batch), heldOut);
      return { loss, totalNats, ...(await measured(trainer.exportWeights()).metrics(split.heldOut)) };
    },
    measured,
    write: (folder, weights) => writeModelFolder(folder, { ...model, weights }),
  };
}

/** Of each example that is trained on, its line in the data set. */
export function linesOf(split: Split<Example>, examples: readonly Example[]): readonly number[] {
  const lineOf = new Map(examples.map((example, index) => [example, index + 1]));
  return split.training.map((example) => lineOf.get(example) ?? 0);
}
