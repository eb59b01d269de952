/** What the engine survives: thousands of requests, and ten thousand at once. */
import { beforeAll, expect, test } from 'vitest';
import { uniformAt } from '../domain/random.ts';
import { until, useDevices } from '../testing/engine-devices.ts';
import { engineRequest, type Outcome, run } from '../testing/engine-run.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import type { EngineDevice } from './engine-device.ts';
import type { EngineRequest } from './protocol.ts';

let folder: string;
const open = useDevices();

beforeAll(async () => {
  folder = await writeTinyModel({ isEndless: true });
});

const openDevice = (maxQueued: number): Promise<EngineDevice> =>
  open({
    model: folder,
    maxSequences: 8,
    prefillTokensPerStep: 64,
    maxContextLength: 256,
    prefixSlots: 4,
    maxQueued,
  });

const system = Array.from({ length: 40 }, (_, index) => 20 + ((index * 37) % 200));

/** The same for the same number, whichever device computes it. */
function request(number: number, overrides: Partial<EngineRequest> = {}): EngineRequest {
  const draw = (of: number, below: number): number => Math.floor(uniformAt(number, of) * below);
  return engineRequest(`r${number}`, {
    tenant: `tenant${draw(0, 3)}`,
    promptTokens: [...system.slice(0, draw(1, 40)), 30 + draw(2, 150), 2],
    maxTokens: 1 + draw(3, 12),
    sampling: { temperature: draw(4, 2), topK: 0, topP: 1, seed: number },
    ...overrides,
  });
}

test('after thousands of requests, many cancelled or late, memory, slots and handles are back', {
  timeout: 200_000,
}, async () => {
  const device = await openDevice(100);
  const kinds = new Set<string>();
  const soak = async (from: number, to: number): Promise<void> => {
    let next = from;
    const client = async (): Promise<void> => {
      for (let number = next++; number < to; number = next++) {
        const fate = number % 10;
        const toRun = request(number, fate === 1 ? { timeoutMs: 1, maxTokens: 200 } : {});
        const running = run(device, fate === 0 ? { ...toRun, maxTokens: 200 } : toRun, (count) => {
          if (fate === 0 && count === 2) device.cancel(toRun.id);
        });
        const end = await running.ended;
        kinds.add(end.kind === 'finished' ? end.reason : end.code);
      }
    };
    await Promise.all(Array.from({ length: 24 }, client));
  };
  await soak(0, 500);
  const before = { memory: device.snapshot().memoryBytes, handles: process.getActiveResourcesInfo().length };
  await soak(500, 4_000);
  // A step without work tells what the worker holds now.
  await run(device, request(4_000)).ended;
  const after = device.snapshot();
  expect([...kinds]).toEqual(expect.arrayContaining(['CANCELLED', 'DEADLINE_EXCEEDED', 'LENGTH']));
  expect(after).toMatchObject({ activeSequences: 0, queuedRequests: 0, kvCacheUsage: 0 });
  expect(after.memoryBytes - before.memory).toBeLessThan(48 * 1024 * 1024);
  // Others than the device have some for a moment, as the test runner has.
  await until(() => process.getActiveResourcesInfo().length <= before.handles + 2);
});

test('of ten thousand at once the queue takes what it is bounded by, refuses the rest, and serves what it took', {
  timeout: 200_000,
}, async () => {
  const device = await openDevice(4_992);
  const taken: Promise<Outcome>[] = [];
  let refused = 0;
  for (let number = 0; number < 10_000; number++) {
    const admission = device.admission();
    if (admission.kind === 'admitted') taken.push(run(device, request(number, { maxTokens: 1 })).outcome);
    else {
      refused++;
      expect(admission).toMatchObject({ queued: 4_992 });
      expect(admission.retryAfterMs).toBeGreaterThan(0);
    }
  }
  expect([taken.length, refused]).toEqual([5_000, 5_000]);
  const outcomes = await Promise.all(taken);
  expect(outcomes.every(({ end, tokens }) => end.kind === 'finished' && tokens.length === 1)).toBe(true);
  expect(device.snapshot()).toMatchObject({ activeSequences: 0, queuedRequests: 0 });
});
