/**
 * A model that learns to put whole texts into classes, or to make vectors of them, by a head of the task's own: a decoder or
 * an encoder from scratch, or a version of either, whose task may be another one (a language head is left behind). The
 * examples and what the model reads of them are read from the disk as they are needed: neither is ever held whole.
 */
import { join } from 'node:path';
import {
  type TextModelShell,
  withoutHead,
  writeTextModelFolder,
} from '@fathom/neural/models/text-model-folder';
import { measure } from '@fathom/neural/training/evaluation-batches';
import type { SplitSource } from '@fathom/neural/training/packed/example-source';
import type { ConfigOf } from '@fathom/neural/training/tasks';
import type { Classification } from '@fathom/neural/training/tasks/classification';
import type { Contrastive } from '@fathom/neural/training/tasks/contrastive';
import type { TensorMap } from '@fathom/neural/weights/tensor';
import { batchesOnTheWay, firstOf, type Learning, type Work } from './learning.ts';
import type { MeasuredModel, MeasuringOptions } from './measured-model.ts';
import { measuredClassifier, measuredEmbedder } from './measured-text-model.ts';
import { isEncoder, newDecoder, newEncoder, wordsFor } from './new-model.ts';
import { conversations, labelsOf } from './text-examples.ts';
import { classifying, packTask, pairing, type TextTask, type TextTaskOptions } from './text-task.ts';
import { loadTextVersion } from './version-files.ts';

export async function learnClasses(work: Work, split: SplitSource): Promise<Learning<Classification>> {
  const found = await labelsOf(split.all);
  const { shell, weights: before } = await startOf(work, split, { needed: 'label', read: ['prompt'] });
  // A classifier that goes on with its own labels keeps its head, and the order of its classes.
  const isSame = shell.labels !== undefined && [...shell.labels].sort().join('\0') === found.join('\0');
  const labels = isSame ? shell.labels! : found;
  const model = { ...shell, labels };
  const learning = await learnTexts(work, split, {
    task: classifying(labels),
    model,
    weights: isSame ? before : before && withoutHead(before),
    measured: (weights, options) => measuredClassifier({ ...model, weights }, options),
  });
  return { ...learning, epoch: `${labels.length.toLocaleString('en')} labels, ${learning.epoch}` };
}

export async function learnVectors(work: Work, split: SplitSource): Promise<Learning<Contrastive>> {
  const read = ['prompt', 'completion'] as const;
  const { shell, weights: before } = await startOf(work, split, { needed: 'partner', read });
  const { labels: _, pooling: __, ...model } = shell;
  return learnTexts(work, split, {
    task: pairing,
    model,
    weights: before && withoutHead(before),
    measured: (weights, options) => measuredEmbedder({ ...model, weights }, options),
  });
}

interface Start {
  readonly shell: TextModelShell;
  readonly weights: TensorMap | undefined;
}

/** A tokenizer from scratch learns from what will be read. */
async function startOf(
  { specification: { start }, artifacts }: Work,
  { training }: SplitSource,
  { needed, read }: { readonly needed: string; readonly read: readonly ('prompt' | 'completion')[] },
): Promise<Start> {
  if (start.kind === 'continue') {
    const { weights, ...shell } = await loadTextVersion(artifacts, start.files);
    return { shell, weights };
  }
  const { architecture } = start;
  const words = wordsFor(architecture);
  for await (const example of conversations(training, needed))
    for (const side of read) words.add(example[side]);
  const shell = isEncoder(architecture) ? newEncoder(architecture, words) : newDecoder(architecture, words);
  return { shell, weights: undefined };
}

interface Learnable<T extends TextTaskOptions> {
  readonly task: TextTask<T>;
  readonly model: TextModelShell;
  readonly weights: TensorMap | undefined;
  readonly measured: (weights: TensorMap, options: MeasuringOptions) => MeasuredModel;
}

async function learnTexts<T extends TextTaskOptions>(
  { specification, scratchFolder }: Work,
  split: SplitSource,
  { task, model, weights, ...given }: Learnable<T>,
): Promise<Learning<T>> {
  const { seed, hyperparameters, threads } = specification;
  const { batchSize } = hyperparameters;
  const packed = await packTask(task, split.all, {
    model,
    folder: join(scratchFolder, 'packed'),
    batchSize,
    seed,
    sides: ['training', 'held-out'],
    sideOf: (example) => (split.isHeldOut(example) ? 'held-out' : 'training'),
  });
  const { sequenceLength, cut } = packed;
  const heldOut = packed.batches('held-out').everyOnce;
  const measured = (trained: TensorMap) => given.measured(trained, { threads, batchSize, scratchFolder });
  const shortened =
    cut === 0
      ? ''
      : `, of which ${cut.toLocaleString('en')} of the data set's texts are cut to ${model.config.maxPositions} tokens`;
  return {
    // Either task is learned by any model of texts; TypeScript does not decide that for a T.
    run: {
      config: model.config as ConfigOf<T>,
      task: task.task,
      sequenceLength,
      ...(weights ? { weights } : {}),
    },
    batches: packed.batches('training'),
    epoch: `${split.training.count.toLocaleString('en')} examples an epoch${shortened}`,
    heldOut: split.heldOut,
    onTheWay: firstOf(heldOut, batchesOnTheWay),
    // Records carry their example's place among all.
    lineOf: (place) => place + 1,
    async evaluate(trainer) {
      const { loss, totalNats } = await measure((batch) => trainer.evaluate(batch), heldOut);
      return { loss, totalNats, ...(await measured(trainer.exportWeights()).metrics(split.heldOut)) };
    },
    measured,
    async write(folder, trained) {
      await writeTextModelFolder(folder, { ...model, weights: trained });
    },
    close: packed.close,
  };
}
