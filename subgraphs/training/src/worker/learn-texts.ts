/**
 * A model that learns to put whole texts into classes, or to make vectors of them, by a head of the task's own: a decoder from
 * scratch, or a version, whose task may be another one (a language head is left behind), and which may be an encoder.
 */
import {
  encodeText,
  padTokenIdFor,
  type TextModelShell,
  withoutHead,
  writeTextModelFolder,
} from '@fathom/neural/models/text-model-folder';
import { measure } from '@fathom/neural/training/evaluation-batches';
import type { Example } from '@fathom/neural/training/examples';
import type { Conversation } from '@fathom/neural/training/examples-file';
import { listedExamples } from '@fathom/neural/training/packed/example-source';
import { type Split, splitExamples } from '@fathom/neural/training/split';
import type { Classification } from '@fathom/neural/training/tasks/classification';
import type { Contrastive } from '@fathom/neural/training/tasks/contrastive';
import { classificationBatches, pairBatches } from '@fathom/neural/training/text-batches';
import type { TensorMap } from '@fathom/neural/weights/tensor';
import { batchesOnTheWay, type Learning, type Work } from './learning.ts';
import { measuredClassifier, measuredEmbedder } from './measured-text-model.ts';
import { newModel } from './new-model.ts';
import { conversations, labelled, labelsOf, paired } from './text-examples.ts';
import { textSequenceLength } from './text-shape.ts';
import { loadTextVersion } from './version-files.ts';

export async function learnClasses(work: Work, given: readonly Example[]): Promise<Learning<Classification>> {
  const examples = conversations(given, 'label');
  const found = labelsOf(labelled(examples));
  const {
    split,
    shell,
    given: before,
    shape,
    epoch,
    options,
  } = await prepare(work, examples, ({ prompt }) => [prompt]);
  // A classifier that goes on with its own labels keeps its head, and the order of its classes.
  const isSame = shell.labels !== undefined && [...shell.labels].sort().join('\0') === found.join('\0');
  const labels = isSame ? shell.labels! : found;
  const weights = isSame ? before : before && withoutHead(before);
  const model = { ...shell, labels };
  const batches = classificationBatches(labelled(split.training), { ...shape, labels });
  const heldOut = classificationBatches(labelled(split.heldOut), { ...shape, labels }).everyOnce;
  const measured = (trained: TensorMap) => measuredClassifier({ ...model, weights: trained }, options);
  return {
    run: {
      config: model.config,
      task: { kind: 'classification', labels },
      sequenceLength: shape.sequenceLength,
      ...(weights ? { weights } : {}),
    },
    batches,
    epoch: `${labels.length.toLocaleString('en')} labels, ${epoch}`,
    heldOut: listedExamples(split.heldOut),
    onTheWay: heldOut.slice(0, batchesOnTheWay),
    lineOf: lineIn(split, examples),
    async evaluate(trainer) {
      const { loss, totalNats } = await measure((batch) => trainer.evaluate(batch), heldOut);
      return {
        loss,
        totalNats,
        ...(await measured(trainer.exportWeights()).metrics(listedExamples(split.heldOut))),
      };
    },
    measured,
    async write(folder, trained) {
      await writeTextModelFolder(folder, { ...model, weights: trained });
    },
    close: () => undefined,
  };
}

export async function learnVectors(work: Work, given: readonly Example[]): Promise<Learning<Contrastive>> {
  const examples = conversations(given, 'partner');
  const prepared = await prepare(work, examples, ({ prompt, completion }) => [prompt, completion]);
  const { split, shape, epoch, options } = prepared;
  const weights = prepared.given && withoutHead(prepared.given);
  const { labels: _, pooling: __, ...model } = prepared.shell;
  const batches = pairBatches(paired(split.training), shape);
  const heldOut = pairBatches(paired(split.heldOut), shape).everyOnce;
  const measured = (trained: TensorMap) => measuredEmbedder({ ...model, weights: trained }, options);
  return {
    run: {
      config: model.config,
      task: { kind: 'contrastive' },
      sequenceLength: shape.sequenceLength,
      ...(weights ? { weights } : {}),
    },
    batches,
    epoch,
    heldOut: listedExamples(split.heldOut),
    onTheWay: heldOut.slice(0, batchesOnTheWay),
    lineOf: lineIn(split, examples),
    async evaluate(trainer) {
      const { loss, totalNats } = await measure((batch) => trainer.evaluate(batch), heldOut);
      return {
        loss,
        totalNats,
        ...(await measured(trainer.exportWeights()).metrics(listedExamples(split.heldOut))),
      };
    },
    measured,
    async write(folder, trained) {
      await writeTextModelFolder(folder, { ...model, weights: trained });
    },
    close: () => undefined,
  };
}

async function prepare(
  { specification, artifacts, scratchFolder }: Work,
  examples: readonly Conversation[],
  textsOf: (example: Conversation) => readonly string[],
) {
  const { seed, hyperparameters, start: from, threads } = specification;
  const { batchSize, heldOutShare } = hyperparameters;
  const split: Split<Conversation> = splitExamples(examples, { seed, heldOutShare });
  const start =
    from.kind === 'continue'
      ? await loadTextVersion(artifacts, from.files)
      : { ...newModel(from.architecture, textsToLearn(split.training, textsOf)), weights: undefined };
  const { weights: given, ...rest } = start;
  const shell: TextModelShell = rest;
  const fitting = textSequenceLength(examples.flatMap(textsOf), shell);
  const shape = {
    encodeText: (text: string, limit: { readonly maxTokens: number }) => encodeText(shell, text, limit),
    padTokenId: padTokenIdFor(shell),
    batchSize,
    sequenceLength: fitting.tokens,
    seed,
  };
  const cut =
    fitting.cut === 0
      ? ''
      : `, of which ${fitting.cut.toLocaleString('en')} of the data set's texts are cut to ${shell.config.maxPositions} tokens`;
  const epoch = `${split.training.length.toLocaleString('en')} examples an epoch${cut}`;
  return { split, shell, given, shape, epoch, options: { threads, batchSize, scratchFolder } };
}

/** A tokenizer learns from what will be read. */
const textsToLearn = (
  training: readonly Conversation[],
  textsOf: (example: Conversation) => readonly string[],
): readonly string[] => training.flatMap(textsOf);

/** Of an example that is trained on, by its place among them, its line in the data set. */
function lineIn(split: Split<Conversation>, examples: readonly Conversation[]): (place: number) => number {
  const lineOf = new Map(examples.map((example, index) => [example, index + 1]));
  return (place) => lineOf.get(split.training[place]!) ?? 0;
}
