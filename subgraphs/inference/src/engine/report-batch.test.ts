import { expect, test } from 'vitest';
import type { EngineLoad, EngineToken, EngineTokens } from './protocol.ts';
import { ReportBatch, type StepOutcome, tellEveryMs } from './report-batch.ts';

const idle: EngineLoad = { active: 0, waiting: 0, kvCacheUsage: 0, freeKvTokens: 0, memoryBytes: 0 };
const load = (): EngineLoad => idle;

function token(id: string, index: number): EngineToken {
  return { id, index, tokenId: 100 + index, text: `${index} `, logProbability: -1 };
}

function step(given: Partial<StepOutcome>): StepOutcome {
  return {
    admitted: [],
    prompts: [],
    tokens: [],
    ended: [],
    costs: [{ ids: ['a'], elapsedMs: 1 }],
    ...given,
  };
}

function batchAt(clock: { ms: number }): ReportBatch {
  return new ReportBatch({ now: () => clock.ms });
}

/** What a report has of a stream. */
function told(id: string, first: number, last: number): EngineTokens {
  const indexes = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return {
    id,
    index: first,
    tokenIds: indexes.map((index) => 100 + index),
    texts: indexes.map((index) => `${index} `),
    logProbabilities: indexes.map(() => -1),
  };
}

test('tokens of short steps are told together, with what they cost together', () => {
  const clock = { ms: 0 };
  const batch = batchAt(clock);
  const both = ['a', 'b'];
  for (let index = 5; index < 5 + tellEveryMs; index += 1) {
    expect(batch.take({ load, isLast: false })).toBeUndefined();
    clock.ms += 1;
    batch.add(
      step({
        tokens: [token('a', index), token('b', index)],
        costs: [
          { ids: both, elapsedMs: 0.75 },
          { ids: ['c'], elapsedMs: 0.25 },
        ],
      }),
    );
  }
  const report = batch.take({ load, isLast: false });
  expect(report?.tokens).toEqual([told('a', 5, 4 + tellEveryMs), told('b', 5, 4 + tellEveryMs)]);
  expect(report?.shares).toEqual([
    { id: 'a', deviceMs: (3 * tellEveryMs) / 8 },
    { id: 'b', deviceMs: (3 * tellEveryMs) / 8 },
    { id: 'c', deviceMs: tellEveryMs / 4 },
  ]);
  expect(report?.busyMs).toBe(tellEveryMs);
  expect(batch.take({ load, isLast: true })).toBeUndefined();
});

test('the likeliest tokens for each place come along where they were asked for', () => {
  const batch = batchAt({ ms: 0 });
  const top = (tokenId: number) => [{ tokenId, logProbability: -2, text: 'x' }];
  for (const index of [7, 8])
    batch.add(step({ tokens: [token('a', index), { ...token('b', index), top: top(index) }] }));
  expect(batch.take({ load, isLast: true })?.tokens).toEqual([
    told('a', 7, 8),
    { ...told('b', 7, 8), tops: [top(7), top(8)] },
  ]);
});

test('a step that takes as long as that is told when it is over', () => {
  const clock = { ms: 0 };
  const batch = batchAt(clock);
  clock.ms = 30;
  batch.add(step({ tokens: [token('a', 7)], costs: [{ ids: ['a'], elapsedMs: 29 }] }));
  expect(batch.take({ load, isLast: false })?.tokens).toEqual([told('a', 7, 7)]);
});

test.each<[string, Partial<StepOutcome>]>([
  ["a stream's first token", { tokens: [token('b', 0)] }],
  ['an end', { ended: [{ id: 'b', kind: 'finished', reason: 'CANCELLED', tailText: '' }] }],
  ['a place in the batch', { admitted: ['b'] }],
  ['a prompt that is begun', { prompts: [{ id: 'b', cachedTokens: 0 }] }],
])('%s is told at once, and takes along what came before', (_, given) => {
  const batch = batchAt({ ms: 0 });
  batch.add(step({ tokens: [token('a', 7)] }));
  expect(batch.take({ load, isLast: false })).toBeUndefined();
  batch.add(step(given));
  const report = batch.take({ load, isLast: false });
  expect(report).toMatchObject({
    ...given,
    tokens: [told('a', 7, 7), ...(given.tokens ? [told('b', 0, 0)] : [])],
  });
});

test('nothing waits when nothing comes after it', () => {
  const batch = batchAt({ ms: 0 });
  batch.add(step({ tokens: [token('a', 7)] }));
  expect(batch.take({ load, isLast: true })?.tokens).toEqual([told('a', 7, 7)]);
});
