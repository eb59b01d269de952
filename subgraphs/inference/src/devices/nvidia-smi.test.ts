import { expect, test } from 'vitest';
import { parseNvidiaGpus } from './nvidia-smi.ts';

test('a line a GPU, memory in MiB, whatever else is printed', () => {
  const text =
    'Warning: persistence mode is off\n0, NVIDIA L4, 23034, 22572\n1, NVIDIA A100-SXM4-80GB, 81920, 1\n';
  expect(parseNvidiaGpus(text)).toEqual([
    { index: 0, name: 'NVIDIA L4', totalBytes: 23_034 * 2 ** 20, freeBytes: 22_572 * 2 ** 20 },
    { index: 1, name: 'NVIDIA A100-SXM4-80GB', totalBytes: 81_920 * 2 ** 20, freeBytes: 2 ** 20 },
  ]);
  expect(parseNvidiaGpus('No devices were found\n')).toEqual([]);
});
