import { expect, test } from 'vitest';
import { beginningOf, compareAnswers, isWithin, shareProblem, type TrafficSplit } from './traffic-split.ts';

const split = (percent: number, alias = 'champion'): TrafficSplit => ({
  modelName: 'tiny',
  alias,
  canary: { versionId: 'tiny@2', percent },
  shadow: { versionId: 'tiny@3', percent },
});
const conversations = Array.from({ length: 20_000 }, (_, index) => ({
  tenant: `tenant${index % 7}`,
  beginning: `Question number ${index}?`,
}));
const chosen = (of: TrafficSplit, kind: 'canary' | 'shadow' = 'canary') =>
  conversations.filter((conversation) => isWithin(of, kind, conversation));

test.each([0.5, 5, 50, 100])('%d percent of the conversations are so many', (percent) => {
  expect(chosen(split(percent)).length / conversations.length).toBeCloseTo(percent / 100, 2);
});

test('a conversation always gets the same answer, and a larger share keeps those of a smaller one', () => {
  const few = chosen(split(10));
  expect(chosen(split(10))).toEqual(few);
  const more = new Set(chosen(split(30)));
  expect(few.every((conversation) => more.has(conversation))).toBe(true);
});

test('tenants, aliases and kinds of share are independent of each other', () => {
  const both = (a: readonly unknown[], b: readonly unknown[]): number => {
    const other = new Set(b);
    return a.filter((one) => other.has(one)).length / conversations.length;
  };
  expect(both(chosen(split(50)), chosen(split(50, 'candidate')))).toBeCloseTo(0.25, 1);
  expect(both(chosen(split(50)), chosen(split(50), 'shadow'))).toBeCloseTo(0.25, 1);
});

test('all turns of a conversation have one beginning', () => {
  const first = [
    { role: 'SYSTEM', content: 'Be brief.' },
    { role: 'USER', content: 'Hello' },
  ];
  const second = [...first, { role: 'ASSISTANT', content: 'Hi' }, { role: 'USER', content: 'And?' }];
  expect(beginningOf(second)).toBe(beginningOf(first));
  expect(beginningOf([{ role: 'USER', content: 'Hello' }])).not.toBe(beginningOf(first));
});

test('answers are the same but for the space around them', () => {
  expect(compareAnswers(' Paris. ', 'Paris.')).toBe('same');
  expect(compareAnswers('Paris.', 'paris.')).toBe('different');
});

test('a share is above nothing and at most all', () => {
  for (const percent of [0, -1, 100.1, Number.NaN]) expect(shareProblem(percent)).toContain(`${percent}`);
  expect(shareProblem(0.1)).toBeUndefined();
});
