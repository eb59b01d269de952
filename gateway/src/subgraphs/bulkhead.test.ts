import { describe, expect, test } from 'vitest';
import { Bulkhead } from './bulkhead.ts';

const never = new AbortController().signal;
const open = (maxConcurrent: number, maxWaiting: number) => new Bulkhead({ maxConcurrent, maxWaiting });

describe('a bulkhead', () => {
  test('lets in as many as fit, and hands a place on to who has waited longest', async () => {
    const bulkhead = open(2, 2);
    expect([bulkhead.tryEnter(), bulkhead.tryEnter(), bulkhead.tryEnter()]).toEqual([true, true, false]);
    const order: string[] = [];
    const first = bulkhead.enter(60_000, never).then(() => order.push('first'));
    const second = bulkhead.enter(60_000, never).then(() => order.push('second'));
    bulkhead.leave();
    await first;
    // The place went to the first one: nobody who comes now gets it.
    expect(bulkhead.tryEnter()).toBe(false);
    bulkhead.leave();
    await second;
    expect(order).toEqual(['first', 'second']);
    expect([bulkhead.running, bulkhead.waiting]).toEqual([2, 0]);
  });

  test('refuses at once who finds the queue full', async () => {
    const bulkhead = open(1, 1);
    bulkhead.tryEnter();
    const waiting = bulkhead.enter(60_000, never);
    expect(await bulkhead.enter(60_000, never)).toBe('full');
    bulkhead.leave();
    expect(await waiting).toBe('admitted');
  });

  test('lets go who has waited too long, and who is not wanted any more', async () => {
    const bulkhead = open(1, 5);
    bulkhead.tryEnter();
    const leaving = new AbortController();
    const [late, gone] = [bulkhead.enter(1, never), bulkhead.enter(60_000, leaving.signal)];
    leaving.abort();
    expect(await Promise.all([late, gone])).toEqual(['timeout', 'aborted']);
    expect(bulkhead.waiting).toBe(0);
    bulkhead.leave();
    expect(bulkhead.tryEnter()).toBe(true);
  });

  test('never runs more than it may, whatever the order of comings and goings', async () => {
    const bulkhead = open(3, 100);
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        expect(await bulkhead.enter(60_000, never)).toBe('admitted');
        running += 1;
        most = Math.max(most, running);
        for (let turn = 0; turn < index % 4; turn += 1) await Promise.resolve();
        running -= 1;
        bulkhead.leave();
      }),
    );
    expect(most).toBe(3);
    expect([bulkhead.running, bulkhead.waiting]).toEqual([0, 0]);
  });
});
