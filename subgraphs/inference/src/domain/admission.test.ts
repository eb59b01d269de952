import { expect, test } from 'vitest';
import { admit } from './admission.ts';

const device = { maxSequences: 4, maxQueued: 8, meanRequestMs: 2_000 };

test('a request is admitted until slots and queue are full, then told when to come back', () => {
  expect(admit({ ...device, requests: 11 })).toEqual({ kind: 'admitted' });
  expect(admit({ ...device, requests: 12 })).toEqual({
    kind: 'overloaded',
    reason: 'QUEUE_FULL',
    queued: 8,
    retryAfterMs: 500,
  });
});

test('the advice is never to come back at once', () => {
  expect(admit({ maxSequences: 1, maxQueued: 0, requests: 1, meanRequestMs: 0 })).toMatchObject({
    retryAfterMs: 100,
  });
});

test('without a queue a free slot is given to anybody', () => {
  const load = { maxSequences: 2, maxQueued: 0, requests: 1, meanRequestMs: 0 };
  expect(admit(load, { ofTenant: 1, ofAll: 1 })).toEqual({ kind: 'admitted' });
});

test('a tenant alone fills the slots and half of the queue, also before a slot has said that it is taken', () => {
  for (const inSlots of [0, 4]) {
    const held = holdAll([{ tenant: 'a', inSlots }]);
    expect(held).toEqual({ a: 4 + 4 });
  }
});

test('who asks for more is refused its own part alone, and who comes later finds a place', () => {
  const tenants = [{ tenant: 'a', inSlots: 4 }, ...['b', 'c', 'd'].map((tenant) => ({ tenant, inSlots: 0 }))];
  expect(holdAll(tenants)).toEqual({ a: 8, b: 2, c: 1, d: 1 });
});

test('two tenants who ask in turn hold the same, and leave a third of the queue', () => {
  const large = { maxSequences: 4, maxQueued: 60, meanRequestMs: 2_000 };
  const waiting = { a: 0, b: 0 };
  for (let turn = 0; turn < 100; turn++)
    for (const tenant of ['a', 'b'] as const) {
      const ofAll = waiting.a + waiting.b;
      const load = { ...large, requests: large.maxSequences + ofAll };
      if (admit(load, { ofTenant: waiting[tenant], ofAll }).kind === 'admitted') waiting[tenant]++;
    }
  expect(waiting).toEqual({ a: 20, b: 20 });
});

test('a share that is used up says so, and when a place will be free', () => {
  expect(admit({ ...device, requests: 8 }, { ofTenant: 4, ofAll: 4 })).toEqual({
    kind: 'overloaded',
    reason: 'TENANT_SHARE',
    queued: 4,
    retryAfterMs: 500,
  });
});

/** What each holds when one after another asks for as much as it can get. */
function holdAll(tenants: readonly { readonly tenant: string; readonly inSlots: number }[]) {
  const held = new Map<string, number>();
  let requests = 0;
  let running = 0;
  for (const { tenant, inSlots } of tenants) {
    const mine = (): number => held.get(tenant) ?? 0;
    const begun = (): number => Math.min(mine(), inSlots);
    const withoutSlot = () => ({ ofTenant: mine() - begun(), ofAll: requests - running - begun() });
    while (admit({ ...device, requests }, withoutSlot()).kind === 'admitted') {
      held.set(tenant, mine() + 1);
      requests++;
    }
    running += begun();
  }
  return Object.fromEntries(held);
}
