import { expect, test } from 'vitest';
import { createPrefillSpeed } from './prefill-speed.ts';

const firstToken = (promptTokens: number, deviceMs: number, cachedPromptTokens = 0) => ({
  request: { promptTokens: Array.from({ length: promptTokens }, () => 1) },
  cachedPromptTokens,
  deviceMs,
});

test('the first request, which pays for what is compiled and read, teaches nothing; the next ones do', () => {
  const speed = createPrefillSpeed();
  const unknown = speed.tokensPerSecond;
  speed.add(firstToken(100, 60_000));
  expect(speed.tokensPerSecond).toBe(unknown);
  speed.add(firstToken(100, 50));
  expect(speed.tokensPerSecond).toBeCloseTo(2_000);
  for (let times = 0; times < 40; times++) speed.add(firstToken(100, 20));
  expect(speed.tokensPerSecond).toBeCloseTo(5_000, -1);
});

test('only what was computed counts, and what was wholly cached teaches nothing', () => {
  const speed = createPrefillSpeed();
  speed.add(firstToken(10, 10));
  speed.add(firstToken(100, 50, 50));
  expect(speed.tokensPerSecond).toBeCloseTo(1_000);
  speed.add(firstToken(100, 50, 100));
  expect(speed.tokensPerSecond).toBeCloseTo(1_000);
});
