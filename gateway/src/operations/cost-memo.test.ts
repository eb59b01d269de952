import { expect, test } from 'vitest';
import { createCostMemo } from './cost-memo.ts';

function weigher() {
  const weighed: unknown[] = [];
  const costOf = createCostMemo<object>((_operation, variables) => {
    weighed.push(variables);
    return { cost: 10 * Number(variables['first'] ?? 1), unsized: undefined };
  });
  return { weighed, costOf };
}

test('weighs an operation once for each setting of its numbers, whatever its texts say', () => {
  const { weighed, costOf } = weigher();
  const operation = {};
  const costs = [
    { topic: 'x' },
    { topic: 'a', first: 2 },
    { topic: 'b', first: 2 },
    { topic: 'a', first: 3 },
    { topic: 'b' },
  ].map((variables) => costOf(operation, variables).cost);
  expect(costs).toEqual([10, 20, 20, 30, 10]);
  expect(weighed).toEqual([{ topic: 'x' }, { topic: 'a', first: 2 }, { topic: 'a', first: 3 }]);
});

test.each([
  ['what is null', { a: null }, { a: 'x' }],
  ['what is absent', {}, { a: 'x' }],
  ['a switch', { a: true }, { a: false }],
  ['the items of a list', { a: ['x'] }, { a: ['x', 'y'] }],
  ['the fields of an object', { a: { b: 'x' } }, { a: { c: 'x' } }],
  ['where objects end', { a: [{ b: 'x' }, { b: 'y' }] }, { a: [{ b: ['x', 'y'] }] }],
  [
    'a number behind names that read like one',
    { j: { '}1 n1,1 k{': 1 }, n: 100, k: {} },
    { j: {}, n: 1, k: { '': 1, '1 n100,1 k{}': 1 } },
  ],
  ['numbers that read alike side by side', { a: [1, 12] }, { a: [11, 2] }],
])('tells %s apart', (_what, one, other) => {
  const { weighed, costOf } = weigher();
  const operation = {};
  for (const variables of [one, other, one, other]) costOf(operation, variables);
  expect(weighed).toEqual([one, other]);
});

test('weighs anew what is too long to be remembered', () => {
  const { weighed, costOf } = weigher();
  const operation = {};
  const long = { rows: Array.from({ length: 5_000 }, () => ({ key: 'x' })) };
  costOf(operation, long);
  costOf(operation, long);
  expect(weighed).toHaveLength(2);
});
