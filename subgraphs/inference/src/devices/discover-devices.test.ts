import { expect, test } from 'vitest';
import { parseDeviceList } from '../domain/device-list.ts';
import { type DiscoveryOptions, discoverDevices } from './discover-devices.ts';

const adapter = { name: 'Radeon RX 7600', type: 'discrete', memoryBytes: 8 * 2 ** 30 } as const;
const gpu = { index: 0, name: 'NVIDIA L4', totalBytes: 24 * 2 ** 30, freeBytes: 20 * 2 ** 30 };

async function discover(text: string, options: Partial<DiscoveryOptions> = {}) {
  const list = parseDeviceList(text);
  if (list.kind === 'invalid') throw new Error(list.problem);
  return discoverDevices(list.devices, {
    threads: 2,
    probe: async (provider) => ({ kind: 'works', ...(provider.kind === 'webgpu' ? { adapter } : {}) }),
    nvidiaGpus: async () => [gpu],
    ...options,
  });
}

test('each device that works is described by its driver, and bounded by what the list or the driver says', async () => {
  const { devices, unavailable } = await discover('cpu:2x1,webgpu=2GiB,cuda:0');
  expect(unavailable).toEqual([]);
  expect(devices.map(({ id, kind, threads }) => [id, kind, threads])).toEqual([
    ['cpu-0', 'CPU', 1],
    ['cpu-1', 'CPU', 1],
    ['webgpu-0', 'WEBGPU', 1],
    ['cuda-0', 'CUDA', 1],
  ]);
  expect(devices[2]).toMatchObject({
    name: 'Radeon RX 7600',
    memory: { totalBytes: 8 * 2 ** 30, limitBytes: 2 * 2 ** 30 },
  });
  expect(devices[3]).toMatchObject({
    name: 'NVIDIA L4',
    memory: { totalBytes: 24 * 2 ** 30, freeBytes: 20 * 2 ** 30, limitBytes: 20 * 2 ** 30 },
    provider: { kind: 'cuda', index: 0, memoryBytes: 20 * 2 ** 30 },
  });
});

test('what cannot be used is told with its reason, and the service goes on with the processor', async () => {
  const { devices, unavailable } = await discover('webgpu,cuda:1', {
    probe: async () => ({ kind: 'fails', message: 'Failed to get a WebGPU adapter: No supported adapters' }),
  });
  expect(devices.map(({ id, threads }) => [id, threads])).toEqual([['cpu-0', 2]]);
  expect(unavailable).toEqual([
    {
      id: 'webgpu-0',
      kind: 'WEBGPU',
      reason: expect.stringMatching(/libvulkan1 and the Vulkan driver.*No supported adapters/),
    },
    { id: 'cuda-1', kind: 'CUDA', reason: 'There is no GPU 1; nvidia-smi lists 0 (NVIDIA L4).' },
  ]);
});

test('a GPU without the libraries for it is told with the command that brings them', async () => {
  const missing = 'Failed to load library libonnxruntime_providers_shared.so';
  const { unavailable } = await discover('cuda', {
    probe: async () => ({ kind: 'fails', message: missing }),
  });
  expect(unavailable[0]?.reason).toContain('run ONNXRUNTIME_NODE_INSTALL=cuda12 node ');
});

test('a machine without the driver is told so', async () => {
  const { unavailable } = await discover('cuda', {
    nvidiaGpus: () => Promise.reject(Object.assign(new Error('spawn nvidia-smi ENOENT'), { code: 'ENOENT' })),
  });
  expect(unavailable[0]?.reason).toBe('nvidia-smi was not found: install the driver of the NVIDIA GPU.');
});

test('auto takes the GPUs that are there and the processor', async () => {
  const idsOf = async (options: Partial<DiscoveryOptions>) =>
    (await discover('auto', options)).devices.map(({ id }) => id);
  const none = { nvidiaGpus: () => Promise.reject(new Error('no driver')) };
  const software = { ...adapter, type: 'software' } as const;
  expect(await idsOf({})).toEqual(['cuda-0', 'cpu-0']);
  expect(await idsOf(none)).toEqual(['webgpu-0', 'cpu-0']);
  expect(await idsOf({ ...none, probe: async () => ({ kind: 'works', adapter: software }) })).toEqual([
    'cpu-0',
  ]);
  expect(await idsOf({ ...none, probe: async () => ({ kind: 'fails', message: 'none' }) })).toEqual([
    'cpu-0',
  ]);
});

test('auto tells of an NVIDIA GPU that it cannot use, and takes it through WebGPU', async () => {
  const { devices, unavailable } = await discover('auto', {
    probe: async ({ kind }) =>
      kind === 'cuda' ? { kind: 'fails', message: 'Failed to load library x' } : { kind: 'works', adapter },
  });
  expect(devices.map(({ id }) => id)).toEqual(['webgpu-0', 'cpu-0']);
  expect(unavailable).toMatchObject([
    { id: 'cuda-0', reason: expect.stringContaining('ONNXRUNTIME_NODE_INSTALL=cuda12') },
  ]);
});
