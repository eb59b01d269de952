import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeferred } from '../deferred.ts';
import { pauseAfterCrash, startJobRunner } from './job-runner.ts';
import type { Claim, LeaseQueue, LeaseState } from './lease-queue.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A queue in memory that records what was done to its jobs. */
function fakeQueue(ids: readonly string[]) {
  const waiting = [...ids];
  const done: string[] = [];
  let state: LeaseState = 'held';
  const say = (next: LeaseState) => {
    state = next;
  };
  const queue: LeaseQueue = {
    async claim() {
      const id = waiting.shift();
      return id === undefined ? undefined : { id, attempt: 1, crashes: 0, status: 'QUEUED' };
    },
    renew: async ({ id }) => {
      done.push(`renew ${id}`);
      return state;
    },
    release: async ({ id }) => void done.push(`release ${id}`),
    retryAfter: async ({ id }, ms) => void done.push(`retry ${id} after ${ms}`),
    requestStop: async () => 'claimed',
    reset: async () => undefined,
  };
  return { queue, waiting, done, say };
}

function start(
  queue: LeaseQueue,
  run: (claim: Claim, signal: AbortSignal) => Promise<'ended' | 'retry'>,
  concurrency = 1,
) {
  const logger = pino({ level: 'silent' });
  return startJobRunner({ queue, run, concurrency, pollMs: 1_000, renewMs: 100, logger });
}

const settled = () => vi.advanceTimersByTimeAsync(0);

test('no more jobs run at once than allowed, and the next begins when one ends', async () => {
  const { queue, done } = fakeQueue(['a', 'b', 'c']);
  const ends = new Map<string, (outcome: 'ended') => void>();
  const runner = start(queue, ({ id }) => new Promise((resolve) => ends.set(id, resolve)), 2);
  await settled();
  expect([...ends.keys()]).toEqual(['a', 'b']);
  ends.get('a')!('ended');
  await settled();
  expect([...ends.keys()]).toEqual(['a', 'b', 'c']);
  expect(done).toContain('release a');
  for (const end of ends.values()) end('ended');
  await runner.close();
});

test('a request to stop and a lost lease reach the job as its signal', async () => {
  for (const [state, reason] of [
    ['stop-requested', 'STOP_REQUESTED'],
    ['lost', 'LEASE_LOST'],
  ] as const) {
    const { queue, say } = fakeQueue(['a']);
    const heard = createDeferred<unknown>();
    const runner = start(queue, (_, signal) => {
      signal.addEventListener('abort', () => heard.resolve(signal.reason));
      return heard.promise.then(() => 'ended');
    });
    await settled();
    say(state);
    await vi.advanceTimersByTimeAsync(100);
    expect(await heard.promise).toBe(reason);
    await runner.close();
  }
});

test('closing asks the jobs under way to stop, waits for them and gives their leases back', async () => {
  const { queue, done } = fakeQueue(['a', 'b']);
  const runner = start(
    queue,
    (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve('ended'));
      }),
  );
  await settled();
  await runner.close();
  expect(done).toEqual(['release a']);
});

test('a job whose worker died waits longer with each crash; one that could not be written is left to its lease', async () => {
  const { queue, done } = fakeQueue(['died', 'database lost']);
  const runner = start(queue, async ({ id }) => {
    if (id === 'died') return 'retry';
    throw new Error('connection lost');
  });
  await settled();
  expect(done).toEqual(['retry died after 200']);
  await runner.close();
  expect([0, 1, 2, 20].map(pauseAfterCrash)).toEqual([200, 400, 800, 30_000]);
});

test('work that nobody announced is found by looking', async () => {
  const { queue, waiting } = fakeQueue([]);
  const ran: string[] = [];
  const runner = start(queue, async ({ id }) => {
    ran.push(id);
    return 'ended';
  });
  await settled();
  waiting.push('late');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ran).toEqual(['late']);
  await runner.close();
});
