/** The whole engine on WebGPU, on the software Vulkan that `.ci/servers/vulkan.sh` installs. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportModel } from '@fathom/neural/export/export-model';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { encodeModel } from '@fathom/neural/onnx/encode-model';
import { buildDecoderGraph } from '@fathom/neural/serving/decoder-graph';
import { plainAttentionLayout } from '@fathom/neural/serving/plain-attention-layout.testkit';
import { beforeAll, expect, test } from 'vitest';
import type { LoadOutcome } from '../engine/device-models.ts';
import type { EngineDevice } from '../engine/engine-device.ts';
import type { EngineRequest } from '../engine/protocol.ts';
import { startWorker } from '../engine/start-worker.ts';
import { type DeviceWish, useDevices } from '../testing/engine-devices.ts';
import { engineRequest, run, runAll } from '../testing/engine-run.ts';
import { writeFileForBoth } from '../testing/file-for-both.ts';
import { writeTinyAdapter, writeTinyModel } from '../testing/tiny-model.ts';
import type { Device } from './device.ts';
import { discoverDevices } from './discover-devices.ts';
import { processor } from './processor.ts';

let folder: string;
let gpu: Device;
const open = useDevices();

async function discover() {
  return discoverDevices([{ kind: 'WEBGPU', memoryBytes: undefined }], { threads: 1 });
}

beforeAll(async () => {
  folder = await writeTinyModel();
  const { devices, unavailable } = await discover();
  expect(unavailable).toEqual([]);
  gpu = devices[0] as Device;
});

const openDevice = (device: Device, wish: DeviceWish = {}): Promise<EngineDevice> =>
  open({
    device,
    startWorker,
    prefixSlots: 2,
    prefillTokensPerStep: 8,
    maxContextLength: 128,
    maxQueued: 16,
    ...wish,
  });

const load = (device: EngineDevice): Promise<LoadOutcome> =>
  device.load({ type: 'load', versionId: 'tiny@1', folder });

/** Prompts of many lengths, longer than a chunk among them; more than run at once, so that slots change hands. */
function requests(count: number): EngineRequest[] {
  return Array.from({ length: count }, (_, number) =>
    engineRequest(`r${number}`, {
      promptTokens: Array.from({ length: 3 + 5 * number }, (_, at) => 20 + ((at * 37 + number * 11) % 200)),
      maxTokens: 12,
      sampling: { temperature: number % 2, topK: 0, topP: 1, seed: number },
    }),
  );
}

test('discovery says what the driver says of the adapter', () => {
  expect(gpu).toMatchObject({
    id: 'webgpu-0',
    kind: 'WEBGPU',
    name: expect.stringContaining('SwiftShader'),
    provider: { kind: 'webgpu' },
  });
  expect(gpu.memory.limitBytes).toBeGreaterThan(2 ** 30);
});

test('concurrent streams have the tokens that they have on the processor', async () => {
  const [onProcessor, onGpu] = [await openDevice(processor({ threads: 1 })), await openDevice(gpu)];
  expect(await load(onGpu)).toMatchObject({ kind: 'loaded', model: { precision: 'fp32' } });
  await load(onProcessor);
  const [expected, got] = await Promise.all(
    [onProcessor, onGpu].map((device) => runAll(device, requests(7))),
  );
  expect(got?.map(({ tokens }) => tokens)).toEqual(expected?.map(({ tokens }) => tokens));
  expect(onGpu.snapshot()).toMatchObject({ status: 'READY', kind: 'WEBGPU', name: gpu.name });
});

/** A folder of the model's export, whose graph has attention of that kind. */
async function writeExport(attention: Attention): Promise<string> {
  const exported = join(await mkdtemp(join(tmpdir(), 'fathom-gpu-export-')), 'model');
  const model = await loadModelFolder(folder);
  if (attention === 'GroupQueryAttention') await writeFileForBoth(exported, model, 'fp32');
  else await exportModel(exported, model, { layout: 'hugging-face', precisions: ['fp32'] });
  if (attention !== 'plain, as transformers has it') return exported;
  const { config, weights } = model;
  const options = {
    config,
    weights,
    capacity: config.maxPositions,
    precision: 'fp32',
    adapters: false,
  } as const;
  const graph = buildDecoderGraph({ ...options, layout: plainAttentionLayout() });
  await writeFile(join(exported, 'onnx', 'model.onnx'), encodeModel(graph));
  return exported;
}

type Attention =
  | 'GroupQueryAttention'
  | 'plain, as fathom models export writes it'
  | 'plain, as transformers has it';

test.each<Attention>([
  'GroupQueryAttention',
  'plain, as fathom models export writes it',
  'plain, as transformers has it',
])(
  'an ONNX export is served from its file, with the tokens that it has on the processor (%s)',
  async (attention) => {
    const exported = await writeExport(attention);
    const devices = [await openDevice(processor({ threads: 1 })), await openDevice(gpu)];
    const loads = devices.map((device) =>
      device.load({ type: 'load', versionId: 'tiny@1', folder: exported }),
    );
    for (const loaded of await Promise.all(loads))
      expect(loaded).toMatchObject({ kind: 'loaded', model: { precision: 'fp32 (ONNX)' } });
    const [expected, got] = await Promise.all(devices.map((device) => runAll(device, requests(7))));
    expect(got?.map(({ tokens }) => tokens)).toEqual(expected?.map(({ tokens }) => tokens));
  },
);

test('an ONNX export in int4 is served from its file, and answers alone as among others', async () => {
  const exported = join(await mkdtemp(join(tmpdir(), 'fathom-gpu-export-')), 'model');
  await exportModel(exported, await loadModelFolder(folder), {
    layout: 'hugging-face',
    precisions: ['int4'],
  });
  const device = await openDevice(gpu);
  expect(await device.load({ type: 'load', versionId: 'tiny@1', folder: exported })).toMatchObject({
    kind: 'loaded',
    model: { precision: 'int4 (ONNX)' },
  });
  const all = await runAll(device, requests(3));
  for (const [at, request] of requests(3).entries())
    expect((await run(device, { ...request, id: `alone${at}` }).outcome).tokens).toEqual(all[at]?.tokens);
});

test('an ONNX export is refused by the names of the operators that the device does not run', async () => {
  const exported = join(await mkdtemp(join(tmpdir(), 'fathom-gpu-export-')), 'model');
  await writeFileForBoth(exported, await loadModelFolder(folder), 'int8');
  const device = await openDevice(gpu);
  expect(await device.load({ type: 'load', versionId: 'tiny@1', folder: exported })).toMatchObject({
    kind: 'failed',
    code: 'ONNX_UNSUPPORTED',
    message: expect.stringMatching(
      /model_int8\.onnx: webgpu does not run its operators DynamicQuantizeLinear, MatMulInteger$/,
    ),
  });
  expect(await load(device)).toMatchObject({ kind: 'loaded' });
});

test('a prompt that begins like another takes its beginning over on the device', async () => {
  const device = await openDevice(gpu);
  await load(device);
  const [, , , request] = requests(4) as [EngineRequest, EngineRequest, EngineRequest, EngineRequest];
  const first = await run(device, { ...request, id: 'first' }).outcome;
  const second = await run(device, { ...request, id: 'second' }).outcome;
  expect(second.tokens).toEqual(first.tokens);
  expect([first, second].map(({ end }) => end.cachedPromptTokens)).toEqual([
    0,
    request.promptTokens.length - 1,
  ]);
});

test('an adapter is used by the rows that name it', async () => {
  const { vocabularySize } = (await loadModelFolder(folder)).config;
  const adapter = await writeTinyAdapter({ vocabularySize });
  const devices = [await openDevice(processor({ threads: 1 })), await openDevice(gpu)];
  const answers = devices.map(async (device) => {
    await load(device);
    const load2 = { type: 'load', versionId: 'adapter@1', folder: adapter, baseVersionId: 'tiny@1' } as const;
    expect(await device.load(load2)).toMatchObject({ kind: 'loaded', model: { precision: 'fp32 + LoRA' } });
    const all = requests(2).map((request, at) => (at === 0 ? { ...request, adapter: 'adapter@1' } : request));
    return (await runAll(device, all)).map(({ tokens }) => tokens);
  });
  const [expected, got] = await Promise.all(answers);
  expect(got).toEqual(expected);
});

test('a stream goes on without a gap when the device’s process is killed under it', async () => {
  const device = await openDevice(gpu);
  await load(device);
  const request = { ...(requests(2)[1] as EngineRequest), maxTokens: 20 };
  const whole = await run(device, { ...request, id: 'whole' }).outcome;
  let kills = 0;
  const again = await run(device, { ...request, id: 'again' }, (count) => {
    if (count !== 5) return;
    kills += 1;
    void device.killWorker();
  }).outcome;
  expect(kills).toBe(1);
  expect(again.tokens).toEqual(whole.tokens);
});

test('a stream takes steps while models are loaded and unloaded on its device, and has the tokens that it has alone', async () => {
  const device = await openDevice(gpu);
  const endless = await writeTinyModel({ isEndless: true });
  await device.load({ type: 'load', versionId: 'tiny@1', folder: endless });
  const exported = await writeExport('plain, as fathom models export writes it');
  const request = { ...(requests(2)[1] as EngineRequest), maxTokens: 40 };
  const alone = await run(device, { ...request, id: 'alone' }).outcome;
  const stream = run(device, { ...request, id: 'beside' });
  await stream.reached(1);
  for (const [at, other] of [folder, exported].entries()) {
    const before = stream.tokens.length;
    const versionId = `other@${at}`;
    expect(await device.load({ type: 'load', versionId, folder: other })).toMatchObject({ kind: 'loaded' });
    expect(stream.tokens.length - before).toBeGreaterThan(1);
    device.unload(versionId);
  }
  expect((await stream.outcome).tokens).toEqual(alone.tokens);
  expect(device.snapshot()).toMatchObject({ status: 'READY', detail: undefined, loaded: ['tiny@1'] });
});

test('models that the device has no memory for are refused with both numbers, and those on it stay', async () => {
  const device = await openDevice({ ...gpu, memory: { ...gpu.memory, limitBytes: 500_000 } });
  const first = await load(device);
  if (first.kind === 'failed') throw new Error(first.message);
  const { memoryBytes } = first.model;
  expect(await device.load({ type: 'load', versionId: 'tiny@2', folder })).toEqual({
    kind: 'failed',
    code: 'MEMORY_INSUFFICIENT',
    message: `weights and cache take ${memoryBytes} bytes; the device has ${500_000 - memoryBytes} for them`,
  });
  expect(device.snapshot()).toMatchObject({
    memoryLimitBytes: 500_000,
    loaded: ['tiny@1'],
    detail: undefined,
  });
  device.unload('tiny@1');
  expect(await device.load({ type: 'load', versionId: 'tiny@2', folder })).toMatchObject({ kind: 'loaded' });
});

test('what the device has no buffers for is refused, also where nothing bounds it', async () => {
  const device = await openDevice({ ...gpu, memory: {} }, { maxSequences: 200_000 });
  expect(await load(device)).toEqual({
    kind: 'failed',
    code: 'MEMORY_INSUFFICIENT',
    message: expect.stringMatching(
      /^the device gives no \d+ bytes in one piece beside \d+: ONNX Runtime: WebGPU/,
    ),
  });
  expect(device.snapshot()).toMatchObject({ detail: undefined, loaded: [] });
});

test('without a Vulkan driver the service is told why, and goes on with the processor', async () => {
  const driver = process.env.VK_ICD_FILENAMES;
  process.env.VK_ICD_FILENAMES = '/nonexistent.json';
  try {
    const { devices, unavailable } = await discover();
    expect(devices.map(({ id }) => id)).toEqual(['cpu-0']);
    expect(unavailable).toMatchObject([
      { id: 'webgpu-0', reason: expect.stringContaining('the Vulkan driver') },
    ]);
  } finally {
    process.env.VK_ICD_FILENAMES = driver;
  }
});
