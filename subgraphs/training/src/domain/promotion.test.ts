import { expect, test } from 'vitest';
import { decidePromotion } from './promotion.ts';

const incumbent = { versionId: 'm@1', totalNats: 10, problem: undefined };
const decide = (more: Partial<Parameters<typeof decidePromotion>[0]>) =>
  decidePromotion({ alias: 'champion', totalNats: 9, incumbent, currentVersionId: 'm@1', ...more });

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

test('without a comparison with the version that is there now, nothing moves', () => {
  expect(decide({ currentVersionId: 'm@2' })).toMatchObject({
    reason: expect.stringContaining('was moved to m@2 during the run'),
  });
  expect(decide({ incumbent: undefined })).toMatchObject({ kind: 'refuse' });
  expect(decide({ incumbent: { ...incumbent, totalNats: undefined, problem: 'corrupt' } })).toMatchObject({
    reason: 'champion was not moved: m@1 could not be measured on the same examples: corrupt',
  });
});
