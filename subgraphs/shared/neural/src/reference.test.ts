/** Against what PyTorch computed, see `reference/README.md`: forward, gradients and serving, from the files transformers wrote. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isEncoder, type TextModelConfig } from './architectures/text-model.ts';
import { type EncoderConfig, parseEncoderConfig, parseLabels } from './models/encoder-config.ts';
import { type ModelConfig, parseModelConfig } from './models/model-config.ts';
import { decoderTensors, encoderTensors, readModelWeights } from './models/model-weights.ts';
import { floats, hostTensors } from './runtime/host-tensor.ts';
import { Session } from './runtime/session.ts';
import { createDecoderSession } from './serving/decoder-session.ts';
import { createReferenceModel } from './serving/reference-model.testkit.ts';
import { createTextEncoder } from './serving/text-encoder-session.ts';
import { layOut } from './training/batches.ts';
import type { TrainingTask } from './training/task.ts';
import { createTask } from './training/tasks.ts';
import { layOutTexts } from './training/text-batch.ts';
import { buildEvaluationGraph, buildGradientGraph, gradientName } from './training/training-graph.ts';
import type { TensorMap } from './weights/tensor.ts';

const folder = fileURLToPath(new URL('../reference/models/', import.meta.url));
const time = 14;

const expectedJson = z.object({
  ids: z.array(z.array(z.number())),
  mask: z.array(z.array(z.number())).optional(),
  labels: z.array(z.number()).optional(),
  logits: z.array(z.number()).optional(),
  vectors: z.array(z.number()).optional(),
  loss: z.number(),
  gradients: z.record(z.string(), z.number()),
});

async function readReference(name: string) {
  const json = async (file: string): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, name, file), 'utf8'));
  const configJson = await json('config.json');
  const expected = expectedJson.parse(await json('expected.json'));
  return { configJson, expected, tensors: await readModelWeights(join(folder, name)) };
}

/** The largest difference, as a share of the largest value. */
function difference(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((most, value, at) => Math.max(most, Math.abs(value - actual[at]!)), 0) / largest;
}

/** Loss, what the task measures, and the norm of every gradient, as a training step computes them. */
async function compute<B>(task: TrainingTask<B>, batch: B, weights: TensorMap) {
  task.check(batch);
  const feeds = { ...hostTensors(task.initialize(0, weights)), ...task.feeds(batch) };
  const evaluation = Session.create(buildEvaluationGraph({ task }), { threads: 1 });
  const results = await evaluation.evaluate(feeds);
  evaluation.release();
  const training = Session.create(buildGradientGraph({ task }), { threads: 1 });
  const total = floats([], Float32Array.of(task.lossWeight(batch)));
  const gradients = await training.evaluate({ ...feeds, total_weight: total });
  training.release();
  const norms = new Map(
    task.parameters.map(({ name }) => {
      const { data } = gradients[gradientName(name)]!;
      return [name, Math.sqrt(Array.from(data, Number).reduce((sum, value) => sum + value * value, 0))];
    }),
  );
  return {
    loss: Number(results['loss']!.data[0]),
    results,
    norms,
    share: Number(gradients['loss']!.data[0]),
  };
}

function expectGradients(
  norms: ReadonlyMap<string, number>,
  expected: Readonly<Record<string, number>>,
): void {
  const wanted = Object.entries(expected).map(([name, norm]) => [name.replace(/^bert\./, ''), norm] as const);
  expect([...norms.keys()].sort()).toEqual(wanted.map(([name]) => name).sort());
  const largest = Math.max(...Object.values(expected));
  for (const [name, norm] of wanted) {
    expect(Math.abs(norms.get(name)! - norm) / Math.max(norm, largest / 1_000), name).toBeLessThan(1e-4);
  }
}

const classifiers = ['bert-classifier', 'llama-classifier'];
const decoders = readdirSync(folder).filter((name) => name !== 'bert' && !classifiers.includes(name));

it('has a reference of every family', () => {
  expect(decoders).toEqual(
    'llama-3 llama-biases llama-dynamic llama-linear mistral qwen2 qwen3 smollm'.split(' '),
  );
});

describe.each(decoders)("transformers' %s", (name) => {
  async function load(): Promise<{
    config: ModelConfig;
    weights: TensorMap;
    ids: number[][];
    expected: z.infer<typeof expectedJson>;
  }> {
    const { configJson, expected, tensors } = await readReference(name);
    const config = parseModelConfig(configJson);
    return { config, weights: decoderTensors(config, tensors, name), ids: expected.ids, expected };
  }

  it('gives the same logits from the training graph, and token by token from the serving graph', async () => {
    const { config, weights, ids, expected } = await load();
    const model = await createReferenceModel(config, weights);
    const decoder = await createDecoderSession({
      config,
      weights,
      maxSlots: 2,
      capacity: config.maxPositions,
      precision: 'fp32',
      threads: 1,
    });
    for (const [row, tokens] of ids.entries()) {
      const size = config.vocabularySize;
      const wanted = (at: number) =>
        expected.logits!.slice((row * time + at) * size, (row * time + at + 1) * size);
      const trained = await model.logits(tokens);
      const served = [await decoder.prefill({ slot: row, tokens: tokens.slice(0, 1), startPosition: 0 })];
      for (let at = 0; at < time; at += 1) {
        expect(difference(trained[at]!, wanted(at))).toBeLessThan(1e-5);
        if (at > 0) served[0] = await decoder.decode({ slots: [row], tokens: [tokens[at]!], lengths: [at] });
        expect(difference(served[0]!, wanted(at))).toBeLessThan(1e-5);
      }
    }
    model.release();
    await decoder.release();
  });

  it('gives the same loss and the same gradient of every parameter', async () => {
    const { config, weights, ids, expected } = await load();
    const task = createTask({ config, batchSize: 2, sequenceLength: time });
    const batch = layOut(
      ids.map((row) => [
        { ids: row, targets: [...row.slice(1), 0], lossWeights: row.map((_, at) => (at + 1 < time ? 1 : 0)) },
      ]),
      time,
    );
    const { loss, norms, share } = await compute(task, batch, weights);
    expect(loss).toBeCloseTo(expected.loss, 5);
    expect(share).toBeCloseTo(expected.loss, 5);
    expectGradients(norms, expected.gradients);
  });
});

function encoderOf(config: TextModelConfig): EncoderConfig {
  if (!isEncoder(config)) throw new Error('not an encoder');
  return config;
}

async function loadTexts(name: string) {
  const { configJson, expected, tensors } = await readReference(name);
  const config: TextModelConfig = name.startsWith('bert')
    ? parseEncoderConfig(configJson)
    : parseModelConfig(configJson);
  const texts = expected.ids.map((row, at) =>
    row.slice(
      0,
      expected.mask![at]!.reduce((sum, one) => sum + one, 0),
    ),
  );
  const weights = isEncoder(config) ? encoderTensors(tensors) : tensors;
  const rows = layOutTexts(texts, { rows: texts.length, sequenceLength: time, padTokenId: 0 });
  return { configJson, config, weights, texts, rows, expected };
}

describe.each(classifiers)("transformers' %s", (name) => {
  it('gives the same classes, the same loss and the same gradient of every parameter', async () => {
    const { configJson, config, weights, rows, expected } = await loadTexts(name);
    const labels = parseLabels(configJson);
    expect(labels).toEqual(['bad', 'good', 'neither']);
    const task = createTask({
      config,
      task: { kind: 'classification', labels },
      batchSize: 3,
      sequenceLength: time,
    });
    const batch = {
      ...rows,
      classes: BigInt64Array.from(expected.labels!, BigInt),
      lossWeights: new Float32Array(3).fill(1),
    };
    const { loss, results, norms } = await compute(task, batch, weights);
    expect(difference(results['logits']!.data as Float32Array, expected.logits!)).toBeLessThan(1e-5);
    expect(loss).toBeCloseTo(expected.loss, 5);
    expectGradients(norms, expected.gradients);
  });
});

describe("transformers' bert-classifier", () => {
  it('gives the same classes from the serving graph, alone and beside longer texts', async () => {
    const { config, weights, texts, expected } = await loadTexts('bert-classifier');
    const encoder = await createTextEncoder({ config: encoderOf(config), weights, classes: 3, threads: 1 });
    const wanted = (row: number) => expected.logits!.slice(row * 3, (row + 1) * 3);
    const together = await encoder.run(texts);
    for (const [row, tokens] of texts.entries()) {
      expect(difference(together[row]!, wanted(row))).toBeLessThan(1e-5);
      expect(difference((await encoder.run([tokens]))[0]!, wanted(row))).toBeLessThan(1e-5);
    }
    await encoder.release();
  });
});

describe("transformers' bert", () => {
  it('gives the same sentence vectors, the same contrastive loss and the same gradient of every parameter', async () => {
    const { config, weights, rows, expected } = await loadTexts('bert');
    const task = createTask({ config, task: { kind: 'contrastive' }, batchSize: 2, sequenceLength: time });
    const batch = {
      ...rows,
      opponents: new Float32Array(4).fill(1),
      lossWeights: new Float32Array(2).fill(1),
    };
    const { loss, results, norms } = await compute(task, batch, weights);
    expect(difference(results['vectors']!.data as Float32Array, expected.vectors!)).toBeLessThan(1e-5);
    expect(loss).toBeCloseTo(expected.loss, 5);
    expectGradients(norms, expected.gradients);
  });

  it('gives the same sentence vectors from the serving graph, and close ones quantised', async () => {
    const { config, weights, texts, expected } = await loadTexts('bert');
    const size = config.hiddenSize;
    for (const [precision, bound] of [
      ['fp32', 1e-5],
      ['int8', 0.1],
    ] as const) {
      const encoder = await createTextEncoder({ config: encoderOf(config), weights, precision, threads: 1 });
      const vectors = await encoder.run(texts);
      vectors.forEach((vector, row) => {
        expect(difference(vector, expected.vectors!.slice(row * size, (row + 1) * size))).toBeLessThan(bound);
      });
      await encoder.release();
    }
  });
});
