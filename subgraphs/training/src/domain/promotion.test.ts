import { expect, test } from 'vitest';
import { decidePromotion } from './promotion.ts';

const incumbent = { versionId: 'm@1', totalNats: 10, problem: undefined };
const decide = (more: Partial<Parameters<typeof decidePromotion>[0]>) =>
  decidePromotion({
    alias: 'champion',
    totalNats: 9,
    incumbent,
    suites: [],
    currentVersionId: 'm@1',
    ...more,
  });

test('a version at least as good takes the alias', () => {
  expect(decide({}).kind).toBe('move');
  expect(decide({ totalNats: 10 }).kind).toBe('move');
});

test('a worse one is refused with both figures', () => {
  expect(decide({ totalNats: 10.5 })).toEqual({
    kind: 'refuse',
    reason: 'champion was not moved: m@1 is better: 10.500 against 10.000 nats on the same held-out answers',
  });
});

test('an alias that leads nowhere is taken by whatever comes first', () => {
  expect(decide({ incumbent: undefined, currentVersionId: undefined }).kind).toBe('move');
});

test('a suite that is not reached stands in the way, even of an alias that leads nowhere', () => {
  const suite = { suite: 'basics@2', score: 0.8, loss: null, atLeast: 0.8, atMost: null };
  expect(decide({ suites: [suite] }).kind).toBe('move');
  expect(
    decide({
      suites: [suite, { ...suite, score: 0.799 }],
      incumbent: undefined,
      currentVersionId: undefined,
    }),
  ).toEqual({
    kind: 'refuse',
    reason: 'champion was not moved: on basics@2 it scored 0.799, at least 0.8 was asked for',
  });
  const loss = { suite: 'tales@1', score: null, loss: 2.5, atLeast: null, atMost: 2 };
  expect(decide({ suites: [loss] }).reason).toContain(
    'on tales@1 its loss is 2.5000, at most 2 was asked for',
  );
  expect(decide({ suites: [{ ...loss, atMost: null }] }).kind).toBe('move');
});

test('without a comparison with the version that is there now, nothing moves', () => {
  expect(decide({ currentVersionId: 'm@2' })).toMatchObject({
    reason: expect.stringContaining('was moved to m@2 during the run'),
  });
  expect(decide({ incumbent: undefined })).toMatchObject({ kind: 'refuse' });
  expect(decide({ incumbent: { ...incumbent, totalNats: undefined, problem: 'corrupt' } })).toMatchObject({
    reason: 'champion was not moved: m@1 could not be measured on the same examples: corrupt',
  });
});
