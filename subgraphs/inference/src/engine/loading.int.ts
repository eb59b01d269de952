/** Large models are loaded beside the streams of a device: these go on, whatever comes of the load. */
import { cp, mkdtemp, open, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDeviceExport } from '@fathom/neural/serving/prepare-export';
import { openTextReader } from '@fathom/neural/serving/text-reader';
import { beforeAll, expect, test } from 'vitest';
import { useDevices } from '../testing/engine-devices.ts';
import { engineRequest, type Outcome, run } from '../testing/engine-run.ts';
import { writeAdapterOf, writeLargeExport, writeLargeModel, writeReaderOf } from '../testing/large-model.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import { prepareBeside } from './model-loader.ts';

let tiny: string;
let large: string;
const openDevice = useDevices();

beforeAll(async () => {
  tiny = await writeTinyModel({ layers: 12, isEndless: true });
  large = await writeLargeModel();
});

const long = (id: string) =>
  engineRequest(id, { maxTokens: 1_000, sampling: { temperature: 0, topK: 0, topP: 1, seed: 1 } });

const said = ({ tokens, text, logProbabilities }: Outcome) => ({ tokens, text, logProbabilities });

/** Pauses in reading its file leave a stream some 200 of its thousand: what is blocked by the rest falls short of this. */
const stepsMeanwhile = 400;

test('a stream takes its steps while a large model is read, quantised and opened on its device', async () => {
  const device = await openDevice({ model: tiny, precision: 'int8' });
  const alone = await run(device, long('alone')).outcome;

  const stream = run(device, long('beside'));
  await stream.reached(1);
  const before = stream.tokens.length;
  const loaded = await device.load({ type: 'load', versionId: 'large@1', folder: large });
  expect(stream.tokens.length - before).toBeGreaterThan(stepsMeanwhile);
  expect(loaded).toMatchObject({ kind: 'loaded', model: { precision: 'int8', contextLength: 1_024 } });
  expect(said(await stream.outcome)).toEqual(said(alone));

  // What the thread left behind computes: alone, beside another model, and with an adapter, for which it is opened again.
  const ofLarge = await run(device, engineRequest('large', { lane: 'large@1' })).outcome;
  expect(ofLarge.tokens).toHaveLength(24);
  const adapter = await writeAdapterOf(large);
  const request = { type: 'load', versionId: 'large@2', folder: adapter, baseVersionId: 'large@1' } as const;
  expect(await device.load(request)).toMatchObject({ kind: 'loaded' });
  const adapted = await run(device, engineRequest('adapted', { lane: 'large@1', adapter: 'large@2' }))
    .outcome;
  expect(adapted.tokens).not.toEqual(ofLarge.tokens);
  expect((await run(device, engineRequest('again', { lane: 'large@1' })).outcome).tokens).toEqual(
    ofLarge.tokens,
  );
});

test.each(['plain', 'edited'] as const)(
  'a stream takes its steps while a large ONNX export of %s attention is opened on its device',
  async (attention) => {
    const device = await openDevice({ model: tiny });
    const folder = await writeLargeExport(large, attention);
    const stream = run(device, long('beside'));
    await stream.reached(1);
    const before = stream.tokens.length;
    const loaded = await device.load({ type: 'load', versionId: 'large@1', folder });
    expect(stream.tokens.length - before).toBeGreaterThan(stepsMeanwhile);
    expect(loaded).toMatchObject({ kind: 'loaded', model: { precision: 'fp32 (ONNX)' } });

    // It says what the weights say in the engine's own graph.
    expect(await device.load({ type: 'load', versionId: 'large@2', folder: large })).toMatchObject({
      kind: 'loaded',
    });
    const ofExport = await run(device, engineRequest('export', { lane: 'large@1' })).outcome;
    const ofWeights = await run(device, engineRequest('weights', { lane: 'large@2' })).outcome;
    expect(ofExport.tokens).toEqual(ofWeights.tokens);
  },
);

test('what is done to a large ONNX export for a GPU is found out in a thread of its own as in this one', async () => {
  const path = join(await writeLargeExport(large, 'plain'), 'onnx/model.onnx');
  const job = { path, provider: { kind: 'webgpu' }, capacity: 64, threads: 1 } as const;
  const planned = await prepareBeside.deviceExport(job);
  expect(planned.graph.cache).toBe('shared');
  expect(planned).toEqual(await prepareDeviceExport(job));
});

test.each([
  ['classifier', ['bad', 'good']],
  ['maker of vectors', undefined],
])('a stream takes its steps while a large %s is opened on its device', async (_, labels) => {
  const device = await openDevice({ model: tiny });
  const folder = await writeReaderOf(large, labels);
  const stream = run(device, long('beside'));
  await stream.reached(1);
  const before = stream.tokens.length;
  const loaded = await device.load({ type: 'load', versionId: 'reader@1', folder });
  expect(stream.tokens.length - before).toBeGreaterThan(stepsMeanwhile);
  expect(loaded).toMatchObject({ kind: 'loaded', model: { precision: 'fp32' } });

  const texts = ['What is the capital of France?', 'Who discovered oxygen?'];
  const outcome = await device.readTexts({ lane: 'reader@1', texts });
  const reader = await openTextReader(folder, { threads: 1, maxTokens: 1_024, maxBatchTokens: 256 });
  const expected = await reader.run(texts.map((text) => reader.tokenize(text)));
  await reader.release();
  const values = outcome.kind === 'read' ? outcome.texts.map((text) => text.values) : outcome;
  expect(values).toEqual(expected);
});

test('a stream takes its steps while the encoder that npm brings is opened for the first texts', async () => {
  const device = await openDevice({ model: tiny });
  const stream = run(device, long('beside'));
  await stream.reached(1);
  const before = stream.tokens.length;
  const outcome = await device.readTexts({ texts: ['What is the capital of France?'] });
  expect(stream.tokens.length - before).toBeGreaterThan(stepsMeanwhile);
  expect(outcome).toMatchObject({ kind: 'read', texts: [{ values: { length: 512 }, isCut: false }] });
});

test('a large export that was cut off is refused by name under a running stream, which goes on', async () => {
  const device = await openDevice({ model: tiny });
  const folder = await writeLargeExport(large, 'edited');
  const graph = join(folder, 'onnx/model.onnx');
  await truncate(graph, (await stat(graph)).size - 1_000_000);
  const stream = run(device, long('beside'));
  await stream.reached(1);
  const load = await device.load({ type: 'load', versionId: 'large@1', folder });
  expect(load).toMatchObject({ kind: 'failed', code: 'ONNX_CORRUPT' });
  expect(load).toMatchObject({ message: expect.stringContaining(graph) });
  expect(await stream.ended).toMatchObject({ kind: 'finished', reason: 'LENGTH' });
});

test('a large model that is damaged is refused by name under a running stream, which has the tokens that it has alone', async () => {
  const device = await openDevice({ model: tiny });
  const alone = await run(device, long('alone')).outcome;
  const damaged = join(await mkdtemp(join(tmpdir(), 'fathom-damaged-model-')), 'model');
  await cp(large, damaged, { recursive: true });
  const weights = join(damaged, 'model.safetensors');
  const file = await open(weights, 'r+');
  await file.truncate((await stat(weights)).size - 1_000_000);
  await file.close();

  const stream = run(device, long('beside'));
  await stream.reached(1);
  const load = await device.load({ type: 'load', versionId: 'large@1', folder: damaged });
  expect(load).toMatchObject({ kind: 'failed', code: 'SAFETENSORS_CORRUPT' });
  expect(load).toMatchObject({ message: expect.stringContaining(weights) });
  expect(said(await stream.outcome)).toEqual(said(alone));
});

test('a worker that is lost while it loads a large model loads it in its next life, and its stream goes on', async () => {
  const device = await openDevice({ model: tiny });
  const alone = await run(device, long('alone')).outcome;
  const stream = run(device, long('beside'));
  await stream.reached(1);
  const load = device.load({ type: 'load', versionId: 'large@1', folder: large });
  await stream.reached(stream.tokens.length + 20);
  await device.killWorker();
  expect(await load).toMatchObject({ kind: 'loaded' });
  expect((await stream.outcome).text).toBe(alone.text);
});

test('a device that is closed while it loads a large model is gone, its threads with it', async () => {
  const device = await openDevice({ model: tiny, precision: 'int8' });
  const stream = run(device, long('beside'));
  await stream.reached(1);
  let isSettled = false;
  void device.load({ type: 'load', versionId: 'large@1', folder: large }).then(() => {
    isSettled = true;
  });
  await stream.reached(stream.tokens.length + 20);
  await device.close();
  expect(isSettled).toBe(false);
});
