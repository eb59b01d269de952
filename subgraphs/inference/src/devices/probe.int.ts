import { expect, test } from 'vitest';
import { probeProvider } from './probe.ts';

test('a provider is tried in a process of its own', async () => {
  expect(await probeProvider({ kind: 'cpu' })).toEqual({ kind: 'works' });
});

test('one that this machine has no libraries for answers with ONNX Runtime’s own words', async () => {
  // No machine has as many GPUs, be the libraries there or not.
  const reply = await probeProvider({ kind: 'cuda', index: 4_000 });
  expect(reply).toMatchObject({ kind: 'fails', message: expect.stringContaining('ONNX Runtime: ') });
});
