import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Backoff } from './backoff.ts';
import { Wake } from './wake.ts';

describe('Wake', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  async function stateOf(waiting: Promise<void>): Promise<'waits' | 'awake'> {
    let state: 'waits' | 'awake' = 'waits';
    void waiting.then(() => {
      state = 'awake';
    });
    await vi.advanceTimersByTimeAsync(0);
    return state;
  }

  it('ends the wait that is under way, and leaves no timer behind', async () => {
    const wake = new Wake();
    const waiting = wake.wait(1_000);
    expect(await stateOf(waiting)).toBe('waits');
    wake.ring();
    expect(await stateOf(waiting)).toBe('awake');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('remembers one ring for the next wait, however often it rang', async () => {
    const wake = new Wake();
    wake.ring();
    wake.ring();
    expect(await stateOf(wake.wait(1_000))).toBe('awake');
    expect(await stateOf(wake.wait(1_000))).toBe('waits');
  });

  it('waits no longer than it was told', async () => {
    const waiting = new Wake().wait(1_000);
    await vi.advanceTimersByTimeAsync(999);
    expect(await stateOf(waiting)).toBe('waits');
    await vi.advanceTimersByTimeAsync(1);
    expect(await stateOf(waiting)).toBe('awake');
  });
});

describe('Backoff', () => {
  it('doubles up to its bound and begins again after a success', () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 500 });
    expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([100, 200, 400, 500, 500]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });
});
