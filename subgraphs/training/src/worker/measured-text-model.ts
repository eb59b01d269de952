/** Classifiers and makers of vectors, measured through the graph that serves them. */
import { NeuralError } from '@fathom/neural/errors';
import {
  encodeText,
  openTextRunner,
  padTokenIdFor,
  type TextModelFolder,
} from '@fathom/neural/models/text-model-folder';
import { type Measured, measure } from '@fathom/neural/training/evaluation-batches';
import type { Example } from '@fathom/neural/training/examples';
import type { Classification } from '@fathom/neural/training/tasks/classification';
import type { Contrastive } from '@fathom/neural/training/tasks/contrastive';
import {
  classificationBatches,
  type LabelledText,
  pairBatches,
  type TextPair,
} from '@fathom/neural/training/text-batches';
import { createTrainer } from '@fathom/neural/training/trainer';
import { classificationMetrics, noMetrics, spearman } from '../domain/task-metrics.ts';
import { argmax } from './generate.ts';
import {
  type AnswerRule,
  areGraded,
  everyExample,
  type MeasuredModel,
  type MeasuringOptions,
  requireUngraded,
} from './measured-model.ts';
import { conversations, labelled, paired } from './text-examples.ts';
import { textSequenceLength } from './text-shape.ts';

export function measuredClassifier(
  model: TextModelFolder & { readonly labels: readonly string[] },
  options: MeasuringOptions,
): MeasuredModel {
  const predictions = async (examples: readonly Example[]) => {
    await requireUngraded(examples, 'a classifier has none');
    const asked = labelled(conversations(examples, 'label'));
    const outputs = await runAll(
      model,
      asked.map(({ text }) => text),
      options,
    );
    return asked.map(({ label }, at) => ({
      expected: label,
      predicted: model.labels[argmax(outputs[at]!)]!,
    }));
  };
  return {
    async loss(source) {
      const examples = await everyExample(source);
      await requireUngraded(examples, 'a classifier has none');
      return classifierLoss(model, labelled(conversations(examples, 'label')), options);
    },
    async right(rule, examples) {
      requireExact(rule, 'a classifier');
      const found = await predictions(examples);
      return found.filter(({ expected, predicted }) => expected === predicted).length;
    },
    metrics: async (examples) => ({
      ...noMetrics,
      ...classificationMetrics(await predictions(await everyExample(examples))),
    }),
  };
}

export function measuredEmbedder(model: TextModelFolder, options: MeasuringOptions): MeasuredModel {
  const found = async (examples: readonly Example[]) => {
    const pairs = paired(conversations(examples, 'partner'));
    const anchors = await runAll(
      model,
      pairs.map(({ anchor }) => anchor),
      options,
    );
    const positives = [...new Set(pairs.map(({ positive }) => positive))];
    const vectors = await runAll(model, positives, options);
    return pairs.filter(({ positive }, at) => positives[nearest(anchors[at]!, vectors)] === positive).length;
  };
  const correlation = async (examples: readonly Example[]) => {
    const pairs = conversations(examples, 'partner');
    const texts = [...new Set(pairs.flatMap(({ prompt, completion }) => [prompt, completion]))];
    const vectors = await runAll(model, texts, options);
    const vectorOf = new Map(texts.map((text, at) => [text, vectors[at]!]));
    const cosines = pairs.map(({ prompt, completion }) =>
      cosine(vectorOf.get(prompt)!, vectorOf.get(completion)!),
    );
    return spearman(
      cosines,
      pairs.map(({ score }) => score!),
    );
  };
  return {
    async loss(source) {
      const examples = await everyExample(source);
      await requireUngraded(examples, 'they have no loss');
      return embedderLoss(model, paired(conversations(examples, 'partner')), options);
    },
    async right(rule, examples) {
      requireExact(rule, 'a model that makes vectors');
      await requireUngraded(examples, 'they name no partner to be found, so score them by SPEARMAN');
      return found(examples);
    },
    async metrics(source) {
      const examples = await everyExample(source);
      return (await areGraded(examples))
        ? { ...noMetrics, spearman: await correlation(examples) }
        : { ...noMetrics, retrievalAccuracy: (await found(examples)) / examples.length };
    },
  };
}

function requireExact(rule: AnswerRule, what: string): void {
  if (rule === 'EXACT_MATCH') return;
  throw new NeuralError('EXAMPLE_INVALID', `${rule} scores what a model says, and ${what} says nothing`);
}

/** A version may have vectors of any length. */
function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number =>
    x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function nearest(vector: Float32Array, others: readonly Float32Array[]): number {
  return argmax(Float32Array.from(others, (other) => vector.reduce((sum, x, at) => sum + x * other[at]!, 0)));
}

async function runAll(
  model: TextModelFolder,
  texts: readonly string[],
  { threads, batchSize }: MeasuringOptions,
): Promise<readonly Float32Array[]> {
  const { maxPositions: maxTokens } = model.config;
  const session = await openTextRunner(model, { threads });
  try {
    const outputs: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += batchSize) {
      const ids = texts.slice(at, at + batchSize).map((text) => encodeText(model, text, { maxTokens }));
      outputs.push(...(await session.run(ids)));
    }
    return outputs;
  } finally {
    await session.release();
  }
}

/** Runs that only measure. */
const still = { optimizer: { learningRate: 0 }, schedule: { kind: 'constant' }, seed: 0 } as const;

/** What texts are read by, and rows of a length that holds them. */
function shapeFor(model: TextModelFolder, texts: readonly string[], { batchSize }: MeasuringOptions) {
  return {
    encodeText: (text: string, limit: { readonly maxTokens: number }) => encodeText(model, text, limit),
    padTokenId: padTokenIdFor(model),
    batchSize,
    sequenceLength: textSequenceLength(texts, model).tokens,
    seed: 0,
  };
}

async function classifierLoss(
  model: TextModelFolder & { readonly labels: readonly string[] },
  examples: readonly LabelledText[],
  options: MeasuringOptions,
): Promise<Measured> {
  const shape = shapeFor(
    model,
    examples.map(({ text }) => text),
    options,
  );
  const { labels } = model;
  const batches = classificationBatches(examples, { ...shape, labels });
  const task: Classification = { kind: 'classification', labels };
  const trainer = await createTrainer({ ...model, ...shape, ...still, task, threads: options.threads });
  try {
    return await measure((batch) => trainer.evaluate(batch), batches.everyOnce);
  } finally {
    await trainer.release();
  }
}

async function embedderLoss(
  model: TextModelFolder,
  pairs: readonly TextPair[],
  options: MeasuringOptions,
): Promise<Measured> {
  const shape = shapeFor(
    model,
    pairs.flatMap(({ anchor, positive }) => [anchor, positive]),
    options,
  );
  const batches = pairBatches(pairs, shape);
  const task: Contrastive = { kind: 'contrastive' };
  const trainer = await createTrainer({ ...model, ...shape, ...still, task, threads: options.threads });
  try {
    return await measure((batch) => trainer.evaluate(batch), batches.everyOnce);
  } finally {
    await trainer.release();
  }
}
