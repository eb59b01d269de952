/** How examples of a data set become batches of a task over whole texts, to learn from and to measure on alike. */
import { encodeText, padTokenIdFor, type TextModelShell } from '@fathom/neural/models/text-model-folder';
import type { Example } from '@fathom/neural/training/examples';
import type { Conversation } from '@fathom/neural/training/examples-file';
import type { ExampleSource } from '@fathom/neural/training/packed/example-source';
import { type PackedTexts, packTexts } from '@fathom/neural/training/packed/pack-texts';
import { type TextSource, textsInFile } from '@fathom/neural/training/packed/text-source';
import type { BatchOf } from '@fathom/neural/training/tasks';
import type { Classification } from '@fathom/neural/training/tasks/classification';
import type { Contrastive } from '@fathom/neural/training/tasks/contrastive';
import {
  classificationBatchesOf,
  pairBatchesOf,
  type TextBatches,
  type TextBatchShape,
} from '@fathom/neural/training/text-batches';
import { labelledExamples, pairedExample, type TextExample } from '@fathom/neural/training/text-examples';
import { conversation, labelled, paired } from './text-examples.ts';

export type TextTaskOptions = Classification | Contrastive;

export interface TextTask<T extends TextTaskOptions> {
  readonly task: T;
  /** What a passage lacks. */
  readonly needed: string;
  readonly asTexts: (example: Conversation) => TextExample;
  readonly batchesOf: (source: TextSource, shape: TextBatchShape) => TextBatches<BatchOf<T>>;
}

export function classifying(labels: readonly string[]): TextTask<Classification> {
  const classified = labelledExamples(labels);
  return {
    task: { kind: 'classification', labels },
    needed: 'label',
    asTexts: (example) => classified(labelled(example)),
    batchesOf: classificationBatchesOf,
  };
}

export const pairing: TextTask<Contrastive> = {
  task: { kind: 'contrastive' },
  needed: 'partner',
  asTexts: (example) => pairedExample(paired(example)),
  batchesOf: pairBatchesOf,
};

export interface PackedTask<B, Side extends string> extends PackedTexts<Side> {
  /** Of the texts of a side. */
  batches(side: Side): TextBatches<B>;
}

/** What the model reads of the examples, packed, and the batches that are read from it. The caller closes it. */
export async function packTask<T extends TextTaskOptions, Side extends string>(
  { asTexts, needed, batchesOf }: TextTask<T>,
  source: ExampleSource,
  options: {
    readonly model: TextModelShell;
    readonly folder: string;
    readonly batchSize: number;
    readonly seed: number;
    readonly sides: readonly Side[];
    readonly sideOf: (example: Example) => Side;
  },
): Promise<PackedTask<BatchOf<T>, Side>> {
  const { model, batchSize, seed } = options;
  const packed = await packTexts(source, {
    ...options,
    encodeText: (text, limit) => encodeText(model, text, limit),
    maxPositions: model.config.maxPositions,
    textsOf: (example) => asTexts(conversation(example, needed)),
  });
  const shape = {
    batchSize,
    sequenceLength: packed.sequenceLength,
    padTokenId: padTokenIdFor(model),
    seed,
  };
  return { ...packed, batches: (side) => batchesOf(textsInFile(packed.files[side]), shape) };
}
