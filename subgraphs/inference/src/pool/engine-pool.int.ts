/* Several replicas as one: who computes what, and what a stream sees of the death of a worker, which is nothing. */
import { beforeAll, expect, test } from 'vitest';
import type { EngineRequest, WorkerOptions } from '../engine/protocol.ts';
import type { EngineWorker } from '../engine/worker.ts';
import { startWorkerThread } from '../engine/worker-thread.ts';
import { until } from '../testing/engine-devices.ts';
import { type PoolWish, usePools } from '../testing/engine-pools.ts';
import { engineRequest, run } from '../testing/engine-run.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import type { EnginePool } from './engine-pool.ts';

let folder: string;
const openPool = usePools();

beforeAll(async () => {
  folder = await writeTinyModel({ isEndless: true });
});

const loadedPool = (wish: PoolWish): Promise<EnginePool> => openPool({ model: folder, ...wish });

const request = (id: string, overrides: Partial<EngineRequest> = {}): EngineRequest =>
  engineRequest(id, { maxTokens: 40, ...overrides });

test('requests are spread over the devices, and each device says what it has', async () => {
  const pool = await loadedPool({ devices: 2 });
  const running = Array.from({ length: 8 }, (_, index) =>
    run(pool, request(`r${index}`, { promptTokens: [1, 30 + index, 2], maxTokens: 100 })),
  );
  const on = (id: string): number => running.filter(({ devices }) => devices[0] === id).length;
  // Each has four slots: whoever balances leaves none empty while requests wait.
  expect([on('cpu-0'), on('cpu-1')]).toEqual([4, 4]);
  expect(pool.snapshots().map(({ id, queuedRequests }) => [id, queuedRequests])).toEqual([
    ['cpu-0', 4],
    ['cpu-1', 4],
  ]);
  await Promise.all(running.map(({ outcome }) => outcome));
  expect(pool.snapshots().every(({ memoryBytes, loaded }) => memoryBytes > 0 && loaded[0] === 'tiny@1')).toBe(
    true,
  );
});

test('the next turn of a conversation goes to the device that has its beginning in the cache', async () => {
  const pool = await loadedPool({ devices: 3, maxSequences: 4 });
  for (let conversation = 0; conversation < 6; conversation++) {
    const turn = Array.from({ length: 160 }, (_, at) => 20 + ((conversation * 31 + at * 7) % 200));
    const first = run(pool, request(`c${conversation}`, { promptTokens: turn, maxTokens: 4 }));
    await first.outcome;
    const second = run(pool, request(`d${conversation}`, { promptTokens: [...turn, 33, 34], maxTokens: 4 }));
    expect(second.devices[0]).toBe(first.devices[0]);
    expect((await second.outcome).end.cachedPromptTokens).toBeGreaterThan(100);
  }
});

test('the pool takes as many as all its devices together, then tells when to come back', async () => {
  const pool = await loadedPool({ devices: 2, maxSequences: 2, maxQueued: 3 });
  expect(pool.admission(9)).toEqual({ kind: 'admitted' });
  expect(pool.admission(10)).toMatchObject({ kind: 'overloaded', queued: 6 });
});

test('a device whose worker cannot live costs its pool nothing; when no device can, that is what is said', async () => {
  const brittle: EngineWorker[] = [];
  const dies = (options: WorkerOptions): EngineWorker => {
    const worker = startWorkerThread(options);
    brittle.push(worker);
    void worker.terminate();
    return worker;
  };
  const half = await openPool({
    devices: 2,
    startWorker: (options, device) => (device === 0 ? dies(options) : startWorkerThread(options)),
  });
  expect(await half.load({ type: 'load', versionId: 'tiny@1', folder })).toMatchObject({ kind: 'loaded' });
  await until(() => half.devices[0]?.status === 'UNHEALTHY');
  expect(half.admission(0)).toEqual({ kind: 'admitted' });
  const running = run(half, request('r'));
  expect(running.devices).toEqual(['cpu-1']);
  expect(await running.ended).toMatchObject({ kind: 'finished' });
  const texts = await half.readTexts({ texts: ['a text'] });
  expect(texts).toMatchObject({ kind: 'read' });

  const none = await openPool({ devices: 2, startWorker: dies });
  await until(() => none.devices.every(({ status }) => status === 'UNHEALTHY'));
  expect(none.admission(0)).toMatchObject({
    kind: 'down',
    detail: expect.stringMatching(/cpu-0: Its worker was lost.*cpu-1: Its worker was lost/),
    retryAfterMs: 5_000,
  });
});

test('what waited for the only device is taken over by the first that comes back', async () => {
  const pool = await loadedPool({ devices: 2 });
  const first = run(pool, request('a', { maxTokens: 60 }), (count) => {
    if (count === 5) for (const device of pool.devices) void device.killWorker();
  });
  const alone = await run(await loadedPool({ devices: 1 }), request('a', { maxTokens: 60 })).outcome;
  expect((await first.outcome).tokens).toEqual(alone.tokens);
});

test('texts whose device lost its worker are computed by another', async () => {
  const pool = await loadedPool({ devices: 2 });
  const texts = Array.from({ length: 300 }, (_, at) => `Sentence number ${at} of a long list.`);
  const waiting = [pool.readTexts({ texts }), pool.readTexts({ texts })];
  await pool.devices[0]?.killWorker();
  const outcomes = await Promise.all(waiting);
  expect(outcomes.map((outcome) => outcome.kind === 'read' && outcome.texts.length)).toEqual([300, 300]);
});
