import { expect, test } from 'vitest';
import { jointPrefills } from './joint-prefill.ts';
import type { PrefillChunk } from './scheduler.ts';

function chunk(id: string, start: number, count: number, more: Partial<PrefillChunk> = {}): PrefillChunk {
  return { id, lane: 'a', slot: 0, start, count, isLast: true, ...more };
}

const runsOf = (chunks: readonly PrefillChunk[], canJoin = true): readonly string[] =>
  jointPrefills(chunks, () => canJoin).map((run) => run.map(({ id }) => id).join(' '));

test('prompts of a lane that begin are computed in one run, before those that go on', () => {
  const chunks = [chunk('s1', 64, 64), chunk('s2', 0, 14), chunk('s3', 0, 12), chunk('s4', 0, 13)];
  expect(runsOf(chunks)).toEqual(['s2 s4 s3', 's1']);
});

test('a prompt that begins with a copy of another is computed alone, behind what it copies', () => {
  const copy = { from: 1, length: 16 };
  expect(runsOf([chunk('s1', 16, 4, { copy }), chunk('s2', 0, 20)])).toEqual(['s2', 's1']);
});

test('lengths that would be mostly padding do not go together', () => {
  expect(runsOf([chunk('s1', 0, 100), chunk('s2', 0, 4), chunk('s3', 0, 5)])).toEqual(['s1', 's3 s2']);
});

test('each lane has its own runs, and one whose graph takes one prompt at a time gets one at a time', () => {
  expect(runsOf([chunk('s1', 0, 8), chunk('s2', 0, 8, { lane: 'b' }), chunk('s3', 0, 8)])).toEqual([
    's1 s3',
    's2',
  ]);
  expect(runsOf([chunk('s1', 0, 8), chunk('s2', 0, 8)], false)).toEqual(['s1', 's2']);
});
