import { expect, test } from 'vitest';
import { budgetHeaders, durationText, refusedBudgetHeaders } from './budget-headers.ts';

test('a duration is written as clients of the OpenAI API read it', () => {
  expect([0, 20, 999.5, 1_200, 59_950, 60_000, 1_436_100, 7_325_000].map(durationText)).toEqual([
    '0ms',
    '20ms',
    '1s',
    '1.2s',
    '60s',
    '1m0s',
    '23m57s',
    '2h2m5s',
  ]);
});

test('a budget that was overdrawn has nothing left, not less than nothing', () => {
  expect(budgetHeaders({ limit: 100.5, left: -3, resetAfterMs: 50 })).toEqual({
    'x-ratelimit-limit-tokens': '100',
    'x-ratelimit-remaining-tokens': '0',
    'x-ratelimit-reset-tokens': '50ms',
  });
});

test('a refusal that says no budget has no such headers', () => {
  expect(refusedBudgetHeaders({ limit: 7, left: null, resetAfterMs: 5 })).toEqual({});
  expect(refusedBudgetHeaders({ limit: { tokens: 7 }, left: { tokens: 1 } })).toEqual({});
});
