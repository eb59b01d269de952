import { expect, test } from 'vitest';
import { createCostMemo } from './cost-memo.ts';

test('weighs an operation once for each setting of its numbers, whatever else its variables are', () => {
  const weighed: unknown[] = [];
  const operation = {};
  const costOf = createCostMemo<object>((_operation, variables) => {
    weighed.push(variables);
    return 10 * Number(variables['first'] ?? 1);
  });
  const costs = [{}, { first: 2 }, { first: 2, topic: 'a' }, { first: 3, topic: 'a' }, { topic: 'b' }].map(
    (variables) => costOf(operation, variables),
  );
  expect(costs).toEqual([10, 20, 20, 30, 10]);
  expect(weighed).toEqual([{}, { first: 2 }, { first: 3, topic: 'a' }]);
});
