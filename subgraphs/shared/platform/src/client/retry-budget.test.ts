import { expect, it } from 'vitest';
import { createRetryBudget } from './retry-budget.ts';

it('allows what was saved up, then a fixed share of the requests', () => {
  const budget = createRetryBudget({ perRequest: 0.25, maxSaved: 2 });
  expect([budget.spend(), budget.spend(), budget.spend()]).toEqual([true, true, false]);
  let retries = 0;
  for (let request = 0; request < 100; request += 1) {
    budget.earn();
    if (budget.spend()) retries += 1;
  }
  expect(retries).toBe(25);
});
