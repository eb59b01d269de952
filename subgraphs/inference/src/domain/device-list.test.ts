import { expect, test } from 'vitest';
import { parseDeviceList } from './device-list.ts';

const devicesOf = (text: string) => {
  const list = parseDeviceList(text);
  return list.kind === 'devices' ? list.devices : list.problem;
};

test('a list names each device with what it may take', () => {
  expect(devicesOf('cpu')).toEqual([{ kind: 'CPU', workers: 1, threads: undefined }]);
  expect(devicesOf('cpu:2x1, webgpu ,cuda,cuda:1=8GiB')).toEqual([
    { kind: 'CPU', workers: 2, threads: 1 },
    { kind: 'WEBGPU', memoryBytes: undefined },
    { kind: 'CUDA', index: 0, memoryBytes: undefined },
    { kind: 'CUDA', index: 1, memoryBytes: 8 * 2 ** 30 },
  ]);
  expect(devicesOf('auto')).toEqual([{ kind: 'AUTO' }]);
  expect(devicesOf('webgpu=512MiB')).toEqual([{ kind: 'WEBGPU', memoryBytes: 512 * 2 ** 20 }]);
});

test.each([
  ['', '"" is no device'],
  ['gpu', '"gpu" is no device; write for example auto, cpu, cpu:2x1, webgpu, cuda:0 or cuda:0=8GiB'],
  ['cpu,', '"" is no device'],
  ['cpu,auto', 'auto stands alone'],
  ['cpu:2', 'write the workers and the threads of each'],
  ['cpu:0x1', 'write the workers and the threads of each'],
  ['cpu:65x1', 'write the workers and the threads of each'],
  ['cpu=4GiB', 'MODEL_MEMORY_BYTES'],
  ['webgpu:1', 'WebGPU chooses its adapter'],
  ['webgpu=0GiB', 'leaves no memory'],
  ['cuda:first', 'as nvidia-smi lists it'],
  ['cuda:64', 'as nvidia-smi lists it'],
  ['cuda:0,cuda', 'cuda:0 is named twice'],
  ['cpu,cpu:2x1', 'cpu is named twice'],
])('%j is refused with what to write instead', (text, problem) => {
  expect(devicesOf(text)).toContain(problem);
});
