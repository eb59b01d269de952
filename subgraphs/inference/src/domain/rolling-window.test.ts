import { expect, test } from 'vitest';
import { createRollingWindow } from './rolling-window.ts';

test('a device that computed half of the last ten seconds is half busy, and idle ten seconds later', () => {
  let clock = 1_000;
  const window = createRollingWindow({ windowMs: 10_000, now: () => clock });
  for (let i = 0; i < 100; i++) {
    clock += 100;
    window.add({ busyMs: 50, tokens: 3 });
  }
  expect(window.read().busyRatio).toBeCloseTo(0.5, 1);
  expect(window.read().tokensPerSecond).toBeCloseTo(30, 0);
  clock += 10_000;
  expect(window.read()).toEqual({ busyRatio: 0, tokensPerSecond: 0 });
});

test('a device just started is measured over the time it exists', () => {
  let clock = 0;
  const window = createRollingWindow({ windowMs: 10_000, now: () => clock });
  clock = 1_000;
  window.add({ busyMs: 900, tokens: 10 });
  expect(window.read()).toEqual({ busyRatio: 0.9, tokensPerSecond: 10 });
});
