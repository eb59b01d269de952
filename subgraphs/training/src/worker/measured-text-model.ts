/** Classifiers and makers of vectors, measured through the graph that serves them, some texts at a time. */
import { join } from 'node:path';
import { NeuralError } from '@fathom/neural/errors';
import { encodeText, openTextRunner, type TextModelFolder } from '@fathom/neural/models/text-model-folder';
import { type Measured, measure } from '@fathom/neural/training/evaluation-batches';
import type { ExampleSource } from '@fathom/neural/training/packed/example-source';
import type { ConfigOf } from '@fathom/neural/training/tasks';
import { createTrainer } from '@fathom/neural/training/trainer';
import { createClassificationTally, noMetrics, spearman } from '../domain/task-metrics.ts';
import { argmax } from './generate.ts';
import {
  type AnswerRule,
  areGraded,
  inGroups,
  type MeasuredModel,
  type MeasuringOptions,
  requireUngraded,
} from './measured-model.ts';
import { findPartners } from './partner-search.ts';
import { conversations, labelled, paired } from './text-examples.ts';
import { classifying, packTask, pairing, type TextTask, type TextTaskOptions } from './text-task.ts';

export function measuredClassifier(
  model: TextModelFolder & { readonly labels: readonly string[] },
  options: MeasuringOptions,
): MeasuredModel {
  const { labels } = model;
  const tallied = async (source: ExampleSource) => {
    await requireUngraded(source.read(), 'a classifier has none');
    const tally = createClassificationTally();
    await reading(model, options, async (read) => {
      for await (const group of inGroups(conversations(source, 'label'), options.batchSize)) {
        const asked = group.map(labelled);
        const logits = await read(asked.map(({ text }) => text));
        for (const [at, { label }] of asked.entries()) tally.add(label, labels[argmax(logits[at]!)]!);
      }
    });
    return tally;
  };
  return {
    async loss(source) {
      await requireUngraded(source.read(), 'a classifier has none');
      return lossOf(classifying(labels), source, { model, options });
    },
    async right(rule, source) {
      requireExact(rule, 'a classifier');
      return (await tallied(source)).right();
    },
    metrics: async (source) => ({ ...noMetrics, ...(await tallied(source)).metrics() }),
  };
}

export function measuredEmbedder(model: TextModelFolder, options: MeasuringOptions): MeasuredModel {
  const found = (source: ExampleSource) =>
    reading(model, options, (read) => findPartners(pairsOf(source), read, options));
  const correlation = (source: ExampleSource) =>
    reading(model, options, async (read) => {
      const cosines: number[] = [];
      const scores: number[] = [];
      for await (const pairs of inGroups(conversations(source, 'partner'), options.batchSize)) {
        const anchors = await read(pairs.map(({ prompt }) => prompt));
        const partners = await read(pairs.map(({ completion }) => completion));
        cosines.push(...anchors.map((anchor, at) => cosine(anchor, partners[at]!)));
        scores.push(...pairs.map(({ score }) => score!));
      }
      return spearman(cosines, scores);
    });
  return {
    async loss(source) {
      await requireUngraded(source.read(), 'they have no loss');
      return lossOf(pairing, source, { model, options });
    },
    async right(rule, source) {
      requireExact(rule, 'a model that makes vectors');
      await requireUngraded(source.read(), 'they name no partner to be found, so score them by SPEARMAN');
      return found(source);
    },
    async metrics(source) {
      return (await areGraded(source.read()))
        ? { ...noMetrics, spearman: await correlation(source) }
        : { ...noMetrics, retrievalAccuracy: (await found(source)) / source.count };
    },
  };
}

async function* pairsOf(source: ExampleSource) {
  for await (const example of conversations(source, 'partner')) yield paired(example);
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

type Read = (texts: readonly string[]) => Promise<readonly Float32Array[]>;

/** `work` has the model read texts, as many at once as it wants. */
async function reading<T>(
  model: TextModelFolder,
  { threads }: MeasuringOptions,
  work: (read: Read) => Promise<T>,
): Promise<T> {
  const { maxPositions: maxTokens } = model.config;
  const session = openTextRunner(model, { threads });
  try {
    return await work((texts) => session.run(texts.map((text) => encodeText(model, text, { maxTokens }))));
  } finally {
    await session.release();
  }
}

/** Runs that only measure. */
const still = { optimizer: { learningRate: 0 }, schedule: { kind: 'constant' }, seed: 0 } as const;

async function lossOf<T extends TextTaskOptions>(
  task: TextTask<T>,
  source: ExampleSource,
  { model, options }: { readonly model: TextModelFolder; readonly options: MeasuringOptions },
): Promise<Measured> {
  const { batchSize, threads, scratchFolder } = options;
  const packed = await packTask(task, source, {
    model,
    folder: join(scratchFolder, 'measured'),
    batchSize,
    seed: still.seed,
    sides: ['all'],
    sideOf: () => 'all',
  });
  try {
    const trainer = await createTrainer<T>({
      ...still,
      // Either task is measured on any model of texts; TypeScript does not decide that for a T.
      config: model.config as ConfigOf<T>,
      weights: model.weights,
      task: task.task,
      batchSize,
      sequenceLength: packed.sequenceLength,
      threads,
    });
    try {
      return await measure((batch) => trainer.evaluate(batch), packed.batches('all').everyOnce);
    } finally {
      await trainer.release();
    }
  } finally {
    packed.close();
  }
}
