/* Several replicas as one: who computes what, and what a stream sees of the death of a worker, which is nothing. */
import { createDeferred } from '@fathom/platform/deferred';
import { createLogger } from '@fathom/platform/logging';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { processor } from '../devices/processor.ts';
import { uniformAt } from '../domain/random.ts';
import { EngineDevice } from '../engine/engine-device.ts';
import type { EngineRequest, WorkerOptions } from '../engine/protocol.ts';
import type { DeviceEnd } from '../engine/request-in-flight.ts';
import type { EngineWorker } from '../engine/worker.ts';
import { startWorkerThread } from '../engine/worker-thread.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import { EnginePool } from './engine-pool.ts';

let folder: string;
const open: EnginePool[] = [];

beforeAll(async () => {
  folder = await writeTinyModel({ isEndless: true });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

interface PoolWish {
  readonly devices: number;
  readonly maxSequences?: number;
  readonly maxQueued?: number;
  readonly startWorker?: (options: WorkerOptions, device: number) => EngineWorker;
}

function openPool({ devices, maxSequences = 4, maxQueued = 8, startWorker }: PoolWish): EnginePool {
  const pool = new EnginePool({
    onModelLost: () => undefined,
    open: Array.from({ length: devices }, (_, index) => (hooks) => {
      return new EngineDevice({
        ...hooks,
        device: processor({ index, threads: 1 }),
        worker: {
          maxSequences,
          prefillTokensPerStep: 64,
          precision: 'fp32',
          maxContextLength: 256,
          prefixSlots: 4,
        },
        maxQueued,
        startWorker: (options) => startWorker?.(options, index) ?? startWorkerThread(options),
        logger: createLogger({ service: 'test', level: 'silent' }),
      });
    }),
  });
  open.push(pool);
  return pool;
}

async function loadedPool(wish: PoolWish): Promise<EnginePool> {
  const pool = openPool(wish);
  expect(await pool.load({ type: 'load', versionId: 'tiny@1', folder })).toMatchObject({ kind: 'loaded' });
  await until(() => pool.devices.every((device) => isReady(device)));
  return pool;
}

const isReady = (device: EngineDevice): boolean =>
  device.status === 'READY' && device.loaded('tiny@1') !== undefined;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function request(id: string, overrides: Partial<EngineRequest> = {}): EngineRequest {
  return {
    id,
    lane: 'tiny@1',
    promptTokens: [1, 40, 50, 60, 2],
    priorTokens: [],
    maxTokens: 40,
    sampling: { temperature: 1, topK: 0, topP: 1, seed: 11 },
    stopStrings: [],
    ...overrides,
  };
}

interface Outcome {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly indexes: readonly number[];
  readonly logProbabilities: readonly number[];
  readonly end: DeviceEnd;
}

interface Running {
  readonly replica: string;
  readonly outcome: Promise<Outcome>;
}

function run(pool: EnginePool, toRun: EngineRequest, onToken?: (count: number) => void): Running {
  const tokens: number[] = [];
  const indexes: number[] = [];
  const logProbabilities: number[] = [];
  let text = '';
  let ends = 0;
  const ended = createDeferred<Outcome>();
  let replica = '';
  pool.submit(toRun, {
    placed(deviceId) {
      replica ||= deviceId;
    },
    admitted: () => undefined,
    token(token) {
      tokens.push(token.tokenId);
      indexes.push(token.index);
      logProbabilities.push(token.logProbability);
      text += token.text;
      onToken?.(tokens.length);
    },
    ended(end) {
      if (++ends > 1) throw new Error(`${toRun.id} ended twice`);
      if (end.kind === 'finished') text += end.tailText;
      ended.resolve({ text, tokens, indexes, logProbabilities, end });
    },
  });
  return { replica, outcome: ended.promise };
}

/** Everything that has a state of its own between two tokens. */
const sampling = { temperature: 1, topK: 0, topP: 1, seed: 7 };
const streamsWith = (stop: string): readonly EngineRequest[] => [
  request('greedy', { sampling: { ...sampling, temperature: 0 } }),
  request('seeded'),
  request('penalised', {
    sampling: {
      ...sampling,
      topP: 0.9,
      repetitionPenalty: 1.3,
      presencePenalty: 0.5,
      frequencyPenalty: 0.4,
    },
  }),
  request('formed', { responseFormat: { kind: 'regex', source: '[a-f]{6}-[0-9]{30}' }, maxTokens: 60 }),
  request('stopped', { stopStrings: [stop, `${stop.slice(0, 2)} that does not come`] }),
  request('chosen', { sampling: { ...sampling, seed: 12 } }),
  request('chosen#1', { sampling: { ...sampling, seed: 13 } }),
];

test('workers killed a hundred times at random steps: every stream goes on elsewhere without a gap or a repeat', {
  timeout: 600_000,
}, async () => {
  const pool = await loadedPool({ devices: 3, maxSequences: 8 });
  // A stop string that comes near the end, so that its beginning is withheld while workers die.
  const plain = await run(pool, request('plain')).outcome;
  const streams = streamsWith(plain.text.slice(-8, -2));
  const expected = new Map<string, Outcome>();
  for (const stream of streams) expected.set(stream.id, await run(pool, stream).outcome);
  expect(expected.get('formed')?.text).toMatch(/^[a-f]{6}-[0-9]{30}$/);
  expect(expected.get('stopped')?.end).toMatchObject({ reason: 'STOP' });
  let kills = 0;
  const began = new Set<string>();
  for (let round = 0; kills < 100; round++) {
    // Two workers die under one round's streams; the third goes on with all of them.
    await until(() => pool.devices.every(isReady));
    const killAt = new Map([0, 1].map((kill) => [1 + Math.floor(uniformAt(kill, round) * 30), kill]));
    const killed: Promise<void>[] = [];
    const outcomes = await Promise.all(
      streams.map(async (stream) => {
        const { replica, outcome } = run(pool, { ...stream, id: `${round}/${stream.id}` }, (count) => {
          const kill = killAt.get(count);
          if (stream.id !== 'seeded' || kill === undefined) return;
          kills++;
          killed.push(pool.devices[(round + kill) % 3]?.killWorker() ?? Promise.resolve());
        });
        began.add(replica);
        return { id: stream.id, ...(await outcome) };
      }),
    );
    await Promise.all(killed);
    for (const { id, text, tokens, indexes, end } of outcomes) {
      const whole = expected.get(id);
      expect(end.kind).toBe('finished');
      expect({ id, tokens, text }).toEqual({ id, tokens: whole?.tokens, text: whole?.text });
      expect(indexes).toEqual(indexes.map((_, index) => index));
    }
  }
  expect([...began].sort()).toEqual(['cpu-0', 'cpu-1', 'cpu-2']);
  expect(pool.snapshots()).toMatchObject([0, 1, 2].map(() => ({ activeSequences: 0, queuedRequests: 0 })));
});

test('requests are spread over the devices, and each device says what it has', async () => {
  const pool = await loadedPool({ devices: 2 });
  const running = Array.from({ length: 8 }, (_, index) =>
    run(pool, request(`r${index}`, { promptTokens: [1, 30 + index, 2], maxTokens: 100 })),
  );
  const on = (id: string): number => running.filter(({ replica }) => replica === id).length;
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
    expect(second.replica).toBe(first.replica);
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
  const half = openPool({
    devices: 2,
    startWorker: (options, device) => (device === 0 ? dies(options) : startWorkerThread(options)),
  });
  expect(await half.load({ type: 'load', versionId: 'tiny@1', folder })).toMatchObject({ kind: 'loaded' });
  await until(() => half.devices[0]?.status === 'UNHEALTHY');
  expect(half.admission(0)).toEqual({ kind: 'admitted' });
  const { replica, outcome } = run(half, request('r'));
  expect(replica).toBe('cpu-1');
  expect((await outcome).end).toMatchObject({ kind: 'finished' });
  const texts = await half.readTexts({ texts: ['a text'] });
  expect(texts).toMatchObject({ kind: 'read' });

  const none = openPool({ devices: 2, startWorker: dies });
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
