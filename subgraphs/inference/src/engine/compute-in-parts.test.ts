import { NeuralError } from '@fathom/neural/errors';
import { expect, test } from 'vitest';
import { computeInParts, shortageOf } from './compute-in-parts.ts';

const arena = (bytes: number): NeuralError =>
  new NeuralError(
    'RUNTIME_FAILED',
    `ONNX Runtime: running GroupQueryAttention node. AllocateRawInternal(...) Failed to allocate memory for requested buffer of size ${bytes}`,
  );

/** Computes at most `fits` in one run; `never` in none. */
async function computed(items: string, fits: number, never = ''): Promise<readonly string[]> {
  const happened: string[] = [];
  await computeInParts({
    items: [...items],
    compute: async (part) => {
      if (part.length > fits || part.some((item) => never.includes(item))) throw arena(part.length * 1_000);
      return part.join('');
    },
    use: async (part) => void happened.push(part),
    giveUp: (item, { bytes }) => void happened.push(`${item} lacks ${bytes}`),
  });
  return happened;
}

test('what fits is computed in one run', async () => {
  expect(await computed('abcd', 4)).toEqual(['abcd']);
});

test('what does not fit is computed in halves, in the order in which it stood', async () => {
  expect(await computed('abcde', 2)).toEqual(['ab', 'c', 'de']);
  expect(await computed('abc', 1)).toEqual(['a', 'b', 'c']);
});

test('whoever does not fit alone is given up, and the others are computed', async () => {
  expect(await computed('abcd', 4, 'c')).toEqual(['ab', 'c lacks 1000', 'd']);
});

test('any other fault is thrown, and nothing is computed again', async () => {
  const runs: number[] = [];
  const work = computeInParts({
    items: [1, 2],
    compute: async (part) => {
      runs.push(part.length);
      throw new NeuralError('RUNTIME_FAILED', 'ONNX Runtime: the driver is gone');
    },
    use: async () => undefined,
    giveUp: () => undefined,
  });
  await expect(work).rejects.toThrow('the driver is gone');
  expect(runs).toEqual([2]);
});

test('what is drawn from a run that was computed is not taken for a shortage of its own', async () => {
  const work = computeInParts({
    items: [1, 2],
    compute: async () => undefined,
    use: async () => Promise.reject(arena(1)),
    giveUp: () => undefined,
  });
  await expect(work).rejects.toThrow('Failed to allocate');
});

test('shortages are known by what the runtime says, with the bytes where it says them', () => {
  expect(shortageOf(arena(262_144_000))).toEqual({ bytes: 262_144_000 });
  expect(shortageOf(new NeuralError('RUNTIME_FAILED', 'ONNX Runtime: std::bad_alloc'))).toEqual({
    bytes: undefined,
  });
  expect(shortageOf(new Error('Failed to allocate memory'))).toBeUndefined();
  expect(shortageOf(new NeuralError('RUNTIME_FAILED', 'ONNX Runtime: invalid shape'))).toBeUndefined();
});
