import { describe, expect, it } from 'vitest';
import { createReplayWindow } from './replay-window.ts';

const idleMs = 1_000;

describe('a window of what was seen', () => {
  it('takes each number once, in whatever order they come', () => {
    const window = createReplayWindow(idleMs);
    const order = [5, 3, 4, 1, 2, 70_000, 69_999, 6_000];
    expect(order.map((number) => window.take('a', number, 0))).toEqual(order.map(() => 'new'));
    expect(order.map((number) => window.take('a', number, 0))).toEqual(order.map(() => 'seen'));
  });

  it('counts as seen what is older than it reaches', () => {
    const window = createReplayWindow(idleMs);
    window.take('a', 100_000, 0);
    expect(window.take('a', 100_000 - 65_536, 0)).toBe('seen');
    expect(window.take('a', 100_000 - 65_535, 0)).toBe('new');
  });

  it('agrees with a set that forgets nothing, over random orders with repeats', () => {
    const window = createReplayWindow(idleMs);
    const seen = new Set<number>();
    let state = 7;
    for (let index = 0; index < 200_000; index += 1) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      const number = index + (state % 1_000);
      expect(window.take('a', number, 0)).toBe(seen.has(number) ? 'seen' : 'new');
      seen.add(number);
    }
  });

  it('is kept for each sender by itself', () => {
    const window = createReplayWindow(idleMs);
    expect(window.take('a', 1, 0)).toBe('new');
    expect(window.take('b', 1, 0)).toBe('new');
  });

  it('forgets senders that are silent, and refuses new ones rather than forget one that is not', () => {
    const window = createReplayWindow(idleMs);
    for (let index = 0; index < 1_024; index += 1) window.take(`sender ${index}`, 1, 0);
    expect(window.take('another', 1, idleMs)).toBe('full');
    expect(window.take('sender 0', 1, idleMs)).toBe('seen');
    expect(window.take('another', 1, idleMs + 1)).toBe('new');
    expect(window.take('sender 0', 1, idleMs + 1)).toBe('seen');
  });
});
