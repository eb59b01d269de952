import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initializeLlama } from '../architectures/llama-parameters.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { createRandom } from '../random.ts';
import type { Batch } from './batch.ts';
import type { NewRun, ResumedRun } from './run.ts';
import { createTrainer, type Trainer } from './trainer.ts';

const config: ModelConfig = {
  vocabularySize: 37,
  hiddenSize: 16,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  headSize: 8,
  intermediateSize: 24,
  maxPositions: 16,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
  initializerRange: 0.2,
};
const run: NewRun = {
  config,
  batchSize: 2,
  sequenceLength: 12,
  optimizer: { learningRate: 0.01, weightDecay: 0.1 },
  schedule: { kind: 'cosine', warmupSteps: 3, totalSteps: 20 },
  seed: 5,
  threads: 1,
};

/** Two segments a row and a padded tail; each next token follows from the one before. */
function batchAt(step: number): Batch {
  const random = createRandom(99, step);
  const size = run.batchSize * run.sequenceLength;
  const batch = {
    inputIds: new BigInt64Array(size),
    targets: new BigInt64Array(size),
    lossWeights: new Float32Array(size),
    segmentIds: new BigInt64Array(size),
    positions: new BigInt64Array(size),
    tokens: 20,
  };
  for (let row = 0; row < run.batchSize; row += 1) {
    for (let column = 0; column < 10; column += 1) {
      const at = row * run.sequenceLength + column;
      const token = column % 5 === 0 ? random.below(37) : (Number(batch.inputIds[at - 1]) * 5 + 3) % 37;
      batch.inputIds[at] = BigInt(token);
      batch.targets[at] = BigInt((token * 5 + 3) % 37);
      batch.lossWeights[at] = column % 5 === 0 ? 0.1 : 1;
      batch.segmentIds[at] = column < 5 ? 1n : 2n;
      batch.positions[at] = BigInt(column % 5);
    }
  }
  return batch;
}

let folder: string;
const trainers: Trainer[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-trainer-'));
});
afterEach(async () => {
  for (const trainer of trainers.splice(0)) await trainer.release();
  await rm(folder, { recursive: true });
});

async function open(options: NewRun | ResumedRun): Promise<Trainer> {
  const trainer = await createTrainer(options);
  trainers.push(trainer);
  return trainer;
}

async function steps(trainer: Trainer, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let done = 0; done < count; done += 1)
    losses.push((await trainer.trainStep(batchAt(trainer.step))).loss);
  return losses;
}

/** Four rows: twice the batch of a step. */
function wideBatchAt(step: number): Batch {
  const [first, second] = [batchAt(2 * step), batchAt(2 * step + 1)];
  const joined = <A extends BigInt64Array | Float32Array>(a: A, b: A): A => {
    const both = new (a.constructor as new (length: number) => A)(a.length + b.length);
    both.set(a as never);
    both.set(b as never, a.length);
    return both;
  };
  return {
    inputIds: joined(first.inputIds, second.inputIds),
    targets: joined(first.targets, second.targets),
    lossWeights: joined(first.lossWeights, second.lossWeights),
    segmentIds: joined(first.segmentIds, second.segmentIds),
    positions: joined(first.positions, second.positions),
    tokens: first.tokens + second.tokens,
  };
}

/** Rows full of segments of one length. */
function packedBatch({ batchSize, sequenceLength }: NewRun, segment: number): Batch {
  const size = batchSize * sequenceLength;
  const longs = (value: (column: number) => number) =>
    BigInt64Array.from({ length: size }, (_, at) => BigInt(value(at % sequenceLength)));
  return {
    inputIds: longs((column) => (column * 7) % 37),
    targets: longs((column) => (column * 7 + 3) % 37),
    lossWeights: new Float32Array(size).fill(1),
    segmentIds: longs((column) => 1 + Math.floor(column / segment)),
    positions: longs((column) => column % segment),
    tokens: size,
  };
}

async function wideSteps(trainer: Trainer, count: number) {
  const results: { loss: number; gradientNorm: number }[] = [];
  for (let done = 0; done < count; done += 1) {
    const { loss, gradientNorm } = await trainer.trainStep(wideBatchAt(trainer.step));
    results.push({ loss, gradientNorm });
  }
  return results;
}

describe('Trainer', () => {
  it('lowers the loss to near zero on a rule that can be learned', async () => {
    const trainer = await open({ ...run, optimizer: { learningRate: 0.02 }, schedule: { kind: 'constant' } });
    const [first = 0] = await steps(trainer, 1);
    await steps(trainer, 150);
    const { loss, correct, answerTokens } = await trainer.evaluate(batchAt(1_000));
    expect(first).toBeGreaterThan(2.5);
    expect(loss).toBeLessThan(0.3);
    expect(correct).toBeGreaterThan(0.9 * answerTokens);
  });

  it('reaches bitwise the same state in ten steps as in five, a stop and five more', async () => {
    const straight = await open(run);
    const straightLosses = await steps(straight, 10);
    const stopped = await open(run);
    const before = await steps(stopped, 5);
    await stopped.saveCheckpoint(join(folder, 'step-5'), { cursor: 5 });
    const resumed = await open({ checkpoint: join(folder, 'step-5'), threads: 2 });
    expect(resumed.step).toBe(5);
    expect(resumed.extra).toEqual({ cursor: 5 });
    expect(resumed.stateSha256()).toBe(stopped.stateSha256());
    expect([...before, ...(await steps(resumed, 5))]).toEqual(straightLosses);
    expect(resumed.stateSha256()).toBe(straight.stateSha256());
  });

  it.each([0.9, 0])('learns by SGD with momentum %s too, and resumes it bitwise', async (momentum) => {
    const sgdRun: NewRun = {
      ...run,
      optimizer: { kind: 'sgd', learningRate: 0.5, momentum },
      schedule: { kind: 'linear', warmupSteps: 2, totalSteps: 40 },
    };
    const straight = await open(sgdRun);
    const [first = 0, ...rest] = await steps(straight, 12);
    const stopped = await open(sgdRun);
    await steps(stopped, 6);
    await stopped.saveCheckpoint(join(folder, 'sgd'));
    const resumed = await open({ checkpoint: join(folder, 'sgd') });
    await steps(resumed, 6);
    expect(resumed.stateSha256()).toBe(straight.stateSha256());
    expect(rest.at(-1)).toBeLessThan(0.9 * first);
  });

  it('replaces an older checkpoint of the same name and leaves nothing else behind', async () => {
    const trainer = await open(run);
    await trainer.saveCheckpoint(join(folder, 'latest'));
    await steps(trainer, 1);
    await trainer.saveCheckpoint(join(folder, 'latest'));
    expect((await open({ checkpoint: join(folder, 'latest') })).step).toBe(1);
    expect(await readdir(folder)).toEqual(['latest']);
  });

  it('keeps the state, and can still save it, when a step blows up', async () => {
    const trainer = await open({ ...run, optimizer: { learningRate: 1e30 }, schedule: { kind: 'constant' } });
    await steps(trainer, 1);
    const before = trainer.stateSha256();
    await expect(steps(trainer, 1)).rejects.toMatchObject({ code: 'LOSS_NOT_FINITE', details: { step: 2 } });
    expect(trainer.step).toBe(1);
    expect(trainer.stateSha256()).toBe(before);
    await trainer.saveCheckpoint(join(folder, 'before-the-blow'));
    expect((await open({ checkpoint: join(folder, 'before-the-blow') })).stateSha256()).toBe(before);
  });

  it('lets a token neither see the segment before it nor the padding', async () => {
    const trainer = await open(run);
    const batch = batchAt(0);
    const secondSegmentOnly = {
      ...batch,
      lossWeights: batch.lossWeights.map((weight, at) => (at % 12 >= 5 ? weight : 0)),
    };
    const changed = {
      ...secondSegmentOnly,
      inputIds: batch.inputIds.map((id, at) => (at % 12 < 5 || at % 12 >= 10 ? (id + 11n) % 37n : id)),
    };
    expect((await trainer.evaluate(changed)).loss).toBe((await trainer.evaluate(secondSegmentOnly)).loss);
  });

  it('weighs each token by its loss weight', async () => {
    const trainer = await open(run);
    const batch = batchAt(0);
    const only = (at: number): Batch => ({
      ...batch,
      lossWeights: batch.lossWeights.map((_, index) => (index === at ? 1 : 0)),
    });
    const [a, b] = [(await trainer.evaluate(only(1))).loss, (await trainer.evaluate(only(2))).loss];
    const mixed = {
      ...batch,
      lossWeights: batch.lossWeights.map((_, at) => (at === 1 ? 3 : at === 2 ? 1 : 0)),
    };
    expect((await trainer.evaluate(mixed)).loss).toBeCloseTo((3 * a + b) / 4, 5);
  });

  it('trains an adapter over weights that stay as they are, and resumes it bitwise', async () => {
    const weights = initializeLlama(config, 1);
    const lora = { rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'] as const };
    const adapterRun: NewRun = { ...run, weights, lora };
    const straight = await open(adapterRun);
    await steps(straight, 6);
    const stopped = await open(adapterRun);
    await steps(stopped, 3);
    await stopped.saveCheckpoint(join(folder, 'lora'));
    const resumed = await open({ checkpoint: join(folder, 'lora'), weights });
    await steps(resumed, 3);
    expect(resumed.stateSha256()).toBe(straight.stateSha256());
    const merged = straight.exportWeights();
    const changed = [...merged].filter(([name, { data }]) =>
      data.some((value, at) => value !== weights.get(name)!.data[at]),
    );
    expect(changed.map(([name]) => name.replace(/.*\.(\w+)\.weight/, '$1')).sort()).toEqual([
      'down_proj',
      'down_proj',
      'q_proj',
      'q_proj',
    ]);
    const whole = await open({ ...run, weights: merged });
    expect((await whole.evaluate(batchAt(50))).loss).toBeCloseTo(
      (await straight.evaluate(batchAt(50))).loss,
      4,
    );
    await expect(
      createTrainer({ checkpoint: join(folder, 'lora'), weights: initializeLlama(config, 2) }),
    ).rejects.toMatchObject({
      code: 'ADAPTER_INVALID',
    });
  });

  it.each([
    ['a state file that is missing', 'state.safetensors', (path: string) => rm(path)],
    ['a state file that is cut short', 'state.safetensors', (path: string) => truncate(path, 1_000)],
    ['a flipped bit in the state', 'state.safetensors', flipLastBit],
    ['metadata that is not JSON', 'checkpoint.json', (path: string) => writeFile(path, '{')],
    [
      'metadata of another run',
      'checkpoint.json',
      (path: string) => replaceInFile(path, '"seed": 5', '"seed": 6'),
    ],
  ])('refuses %s by the name of the file', async (_, file, damage) => {
    const trainer = await open(run);
    await trainer.saveCheckpoint(join(folder, 'damaged'));
    await damage(join(folder, 'damaged', file));
    await expect(createTrainer({ checkpoint: join(folder, 'damaged') })).rejects.toMatchObject({
      code: 'CHECKPOINT_CORRUPT',
      details: { file },
    });
  });

  it('accumulates the gradients of parts of a batch to those of the whole, within rounding', async () => {
    const whole = await wideSteps(await open({ ...run, batchSize: 4, microBatches: 1 }), 8);
    for (const microBatches of [2, 4]) {
      const parts = await wideSteps(await open({ ...run, batchSize: 4, microBatches }), 8);
      parts.forEach(({ loss, gradientNorm }, at) => {
        expect(Math.abs(loss / whole[at]!.loss - 1)).toBeLessThan(1e-5);
        expect(Math.abs(gradientNorm / whole[at]!.gradientNorm - 1)).toBeLessThan(1e-5);
      });
    }
  });

  it('learns the same when attention looks back no further than the longest example, and refuses a longer one', async () => {
    const [sequenceLength, longestSegment] = [192, 16];
    const long: NewRun = { ...run, config: { ...config, maxPositions: sequenceLength }, sequenceLength };
    const whole = await open(long);
    const near = await open({ ...long, longestSegment });
    for (let step = 0; step < 4; step += 1) {
      const batch = packedBatch(long, longestSegment);
      const [expected, { loss, gradientNorm }] = [await whole.trainStep(batch), await near.trainStep(batch)];
      expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(1e-5);
      expect(Math.abs(gradientNorm / expected.gradientNorm - 1)).toBeLessThan(1e-5);
    }
    await expect(near.trainStep(packedBatch(long, longestSegment + 1))).rejects.toMatchObject({
      code: 'EXAMPLE_INVALID',
      message: expect.stringContaining('batch.positions[16] is 16, outside 0 to 15'),
    });
  });

  it.each([
    ['parts', { microBatches: 4 }],
    ['dropout', { dropout: 0.2, microBatches: 1 }],
    ['parts and dropout', { microBatches: 4, dropout: 0.2 }],
    [
      'parts of an adapter',
      { microBatches: 2, lora: { rank: 2, alpha: 4 }, weights: initializeLlama(config, 1) },
    ],
  ])('is bitwise the same with %s on one thread, on three, and across a stop', async (_, more) => {
    const options = { ...run, batchSize: 4, ...more };
    const straight = await open(options);
    const expected = await wideSteps(straight, 4);
    const threaded = await open({ ...options, threads: 3 });
    expect(await wideSteps(threaded, 2)).toEqual(expected.slice(0, 2));
    await threaded.saveCheckpoint(join(folder, 'parts'));
    const weights = 'weights' in more ? { weights: more.weights } : {};
    const resumed = await open({ checkpoint: join(folder, 'parts'), threads: 2, ...weights });
    expect(await wideSteps(resumed, 2)).toEqual(expected.slice(2));
    expect(resumed.stateSha256()).toBe(straight.stateSha256());
  });

  it('drops the same activations however the batch is cut, and none when it evaluates', async () => {
    const dropped = { ...run, batchSize: 4, dropout: 0.3 };
    const whole = await open({ ...dropped, microBatches: 1 });
    const [first] = await wideSteps(whole, 1);
    const [inParts] = await wideSteps(await open({ ...dropped, microBatches: 4 }), 1);
    expect(inParts!.loss).toBeCloseTo(first!.loss, 5);
    expect(inParts!.gradientNorm).toBeCloseTo(first!.gradientNorm, 5);
    const plain = await open({ ...run, batchSize: 4 });
    const [undropped] = await wideSteps(plain, 1);
    expect(Math.abs(undropped!.loss - first!.loss)).toBeGreaterThan(1e-3);
    const fresh = await open({ ...dropped, optimizer: { learningRate: 0 } });
    const still = await open({ ...run, batchSize: 4, optimizer: { learningRate: 0 } });
    expect((await fresh.evaluate(wideBatchAt(0))).loss).toBe((await still.evaluate(wideBatchAt(0))).loss);
  });

  it('keeps its gradients and its loss finite or its state untouched, also in parts', async () => {
    const trainer = await open({
      ...run,
      batchSize: 4,
      microBatches: 2,
      optimizer: { learningRate: 1e30 },
      schedule: { kind: 'constant' },
    });
    await wideSteps(trainer, 1);
    const before = trainer.stateSha256();
    await expect(wideSteps(trainer, 1)).rejects.toMatchObject({ code: 'LOSS_NOT_FINITE' });
    expect(trainer.stateSha256()).toBe(before);
  });

  it.each([
    [{ microBatches: 3 }, '2 rows do not divide into 3 parts'],
    [{ dropout: 1 }, 'a dropout of 1 is not from 0 to below 1'],
  ])('refuses %j by name', async (more, message) => {
    await expect(createTrainer({ ...run, ...more })).rejects.toThrow(message);
  });

  it('refuses a batch of the wrong size or with a token outside the vocabulary before it reaches the device', async () => {
    const trainer = await open(run);
    const batch = batchAt(0);
    await expect(trainer.trainStep({ ...batch, targets: batch.targets.slice(1) })).rejects.toThrow(
      'batch.targets has 23 elements',
    );
    await expect(trainer.trainStep({ ...batch, inputIds: batch.inputIds.with(3, 37n) })).rejects.toThrow(
      'batch.inputIds[3] is 37',
    );
  });
});

async function flipLastBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path, bytes);
}

async function replaceInFile(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}
