/** Small models that were really trained, in a second, to put texts into classes or to make vectors of them. */
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EncoderConfig } from '@fathom/neural/models/encoder-config';
import { writeEncoderFolder } from '@fathom/neural/models/encoder-folder';
import type { SentencePooling } from '@fathom/neural/models/sentence-pooling';
import { encodeWholeText, padTokenIdOf, writeTextFolder } from '@fathom/neural/models/text-folder';
import { trainByteLevelBpe } from '@fathom/neural/tokenizers/bpe-trainer';
import { ChatTemplate, questionAnswerTokens } from '@fathom/neural/tokenizers/chat-template';
import { WordPiece } from '@fathom/neural/tokenizers/word-piece';
import type { Classification } from '@fathom/neural/training/tasks/classification';
import type { Contrastive } from '@fathom/neural/training/tasks/contrastive';
import { classificationBatches, pairBatches } from '@fathom/neural/training/text-batches';
import { createTrainer } from '@fathom/neural/training/trainer';
import { tinyConfig } from './tiny-model.ts';

const names = ['Anna', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hana'];
const reviews = names.flatMap((name) => [
  { text: `${name} found it lovely`, label: 'good' },
  { text: `${name} found it awful`, label: 'bad' },
]);
const people = names.map((name) => ({ anchor: `Who is ${name}?`, positive: `${name} is here.` }));

const chatTemplate = ChatTemplate.questionAnswer();
const tokenizer = trainByteLevelBpe({
  texts: [
    ...reviews.map(({ text }) => text),
    ...people.flatMap(({ anchor, positive }) => [anchor, positive]),
  ],
  vocabularySize: 320,
  specialTokens: [...questionAnswerTokens],
});
const config = { ...tinyConfig(tokenizer.vocabularySize, { maxPositions: 64 }), initializerRange: 0.05 };
const shape = {
  encodeText: (text: string, limit: { readonly maxTokens: number }) =>
    encodeWholeText(tokenizer, text, limit),
  padTokenId: padTokenIdOf({ tokenizer, chatTemplate }),
  batchSize: 8,
  sequenceLength: 24,
};
const run = {
  config,
  optimizer: { learningRate: 0.01 },
  schedule: { kind: 'constant' },
  threads: 1,
} as const;
const steps = 40;

const freshFolder = async (): Promise<string> =>
  join(await mkdtemp(join(tmpdir(), 'fathom-tiny-reader-')), 'model');

/** `labels[0]` for what was found awful, `labels[1]` for what was found lovely. */
export async function trainTinyClassifier({
  seed = 1,
  labels = ['bad', 'good'] as readonly [string, string],
} = {}): Promise<string> {
  const examples = reviews.map(({ text, label }) => ({ text, label: labels[label === 'bad' ? 0 : 1] }));
  const batches = classificationBatches(examples, { ...shape, seed, labels });
  const trainer = await createTrainer<Classification>({
    ...run,
    ...shape,
    seed,
    task: { kind: 'classification', labels },
  });
  for (let step = 0; step < steps; step += 1) await trainer.trainStep(batches.batchAt(step));
  const folder = await freshFolder();
  await writeTextFolder(folder, {
    config,
    weights: trainer.exportWeights(),
    tokenizer,
    chatTemplate,
    labels,
  });
  await trainer.release();
  return folder;
}

/** "Who is Anna?" lies next to "Anna is here.". */
export async function trainTinyEncoder({
  seed = 1,
  pooling,
}: {
  readonly seed?: number;
  readonly pooling?: SentencePooling;
} = {}): Promise<string> {
  const batches = pairBatches(people, { ...shape, seed });
  const trainer = await createTrainer<Contrastive>({ ...run, ...shape, seed, task: { kind: 'contrastive' } });
  for (let step = 0; step < steps; step += 1) await trainer.trainStep(batches.batchAt(step));
  const folder = await freshFolder();
  const weights = trainer.exportWeights();
  await writeTextFolder(folder, {
    config,
    weights,
    tokenizer,
    chatTemplate,
    ...(pooling ? { pooling } : {}),
  });
  await trainer.release();
  return folder;
}

const reference = new URL(
  '../../../shared/neural/reference/tokenizers/models/bert-uncased.json',
  import.meta.url,
);
const labels = ['bad', 'good'];

/** The classifier again, as an encoder of BERT's kind; and the body that it has, untrained, for vectors. */
export async function trainTinyBert(): Promise<{ readonly classifier: string; readonly encoder: string }> {
  const wordPiece = WordPiece.fromTokenizerJson(JSON.parse(readFileSync(reference, 'utf8')).tokenizer);
  const bert: EncoderConfig = {
    family: 'bert',
    vocabularySize: wordPiece.vocabularySize,
    hiddenSize: 32,
    layers: 1,
    heads: 2,
    intermediateSize: 48,
    maxPositions: 40,
    segmentTypes: 2,
    normEpsilon: 1e-12,
    initializerRange: 0.1,
    padTokenId: 0,
  };
  const encoded = {
    ...shape,
    encodeText: (text: string, limit: { readonly maxTokens: number }) => wordPiece.encodeText(text, limit),
    padTokenId: 0,
  };
  const batches = classificationBatches(reviews, { ...encoded, seed: 1, labels });
  const task: Classification = { kind: 'classification', labels };
  const trainer = await createTrainer<Classification>({ ...run, ...encoded, config: bert, seed: 1, task });
  for (let step = 0; step < steps; step += 1) await trainer.trainStep(batches.batchAt(step));
  const weights = trainer.exportWeights();
  await trainer.release();
  const [classifier, encoder] = [await freshFolder(), await freshFolder()];
  await writeEncoderFolder(classifier, { config: bert, weights, tokenizer: wordPiece, labels });
  const body = new Map([...weights].filter(([name]) => !name.startsWith('classifier.')));
  const pooling = { tokens: 'first', isNormalized: true } as const;
  await writeEncoderFolder(encoder, { config: bert, weights: body, tokenizer: wordPiece, pooling });
  return { classifier, encoder };
}
