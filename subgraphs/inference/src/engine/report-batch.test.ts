import { expect, test } from 'vitest';
import type { EngineLoad, EngineToken } from './protocol.ts';
import { ReportBatch, type StepOutcome, tellEveryMs } from './report-batch.ts';

const idle: EngineLoad = { active: 0, waiting: 0, kvCacheUsage: 0, freeKvTokens: 0, memoryBytes: 0 };
const load = (): EngineLoad => idle;

function token(id: string, index: number): EngineToken {
  return { id, index, tokenId: 100 + index, text: `${index} `, logProbability: -1 };
}

function step(given: Partial<StepOutcome>): StepOutcome {
  return { admitted: [], prompts: [], tokens: [], ended: [], shares: new Map(), busyMs: 1, ...given };
}

function batchAt(clock: { ms: number }): ReportBatch {
  return new ReportBatch({ now: () => clock.ms });
}

test('tokens of short steps are told together, with what they cost together', () => {
  const clock = { ms: 0 };
  const batch = batchAt(clock);
  for (let index = 5; index < 5 + tellEveryMs; index += 1) {
    expect(batch.take({ load, isLast: false })).toBeUndefined();
    clock.ms += 1;
    batch.add(
      step({
        tokens: [token('a', index), token('b', index)],
        shares: new Map([
          ['a', 0.5],
          ['b', 0.25],
        ]),
      }),
    );
  }
  const report = batch.take({ load, isLast: false });
  expect(report?.tokens.map(({ id, index }) => `${id}${index}`)).toEqual(
    Array.from({ length: tellEveryMs }, (_, at) => [`a${5 + at}`, `b${5 + at}`]).flat(),
  );
  expect(report?.shares).toEqual([
    { id: 'a', deviceMs: tellEveryMs / 2 },
    { id: 'b', deviceMs: tellEveryMs / 4 },
  ]);
  expect(report?.busyMs).toBe(tellEveryMs);
  expect(batch.take({ load, isLast: true })).toBeUndefined();
});

test('a step that takes as long as that is told when it is over', () => {
  const clock = { ms: 0 };
  const batch = batchAt(clock);
  clock.ms = 30;
  batch.add(step({ tokens: [token('a', 7)], busyMs: 29 }));
  expect(batch.take({ load, isLast: false })?.tokens).toEqual([token('a', 7)]);
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
  expect(report).toMatchObject({ ...given, tokens: [token('a', 7), ...(given.tokens ?? [])] });
});

test('nothing waits when nothing comes after it', () => {
  const batch = batchAt({ ms: 0 });
  batch.add(step({ tokens: [token('a', 7)] }));
  expect(batch.take({ load, isLast: true })?.tokens).toEqual([token('a', 7)]);
});
