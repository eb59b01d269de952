import { expect, test } from 'vitest';
import { admit } from './admission.ts';

test('a request is admitted until slots and queue are full, then told when to come back', () => {
  const device = { maxSequences: 4, maxQueued: 8, meanRequestMs: 2_000 };
  expect(admit({ ...device, requests: 11 })).toEqual({ kind: 'admitted' });
  expect(admit({ ...device, requests: 12 })).toEqual({ kind: 'overloaded', queued: 8, retryAfterMs: 500 });
});

test('the advice is never to come back at once', () => {
  expect(admit({ maxSequences: 1, maxQueued: 0, requests: 1, meanRequestMs: 0 })).toMatchObject({
    retryAfterMs: 100,
  });
});
