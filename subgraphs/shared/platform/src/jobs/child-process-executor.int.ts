import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startTestChild } from '../testing/children.ts';
import { createChildProcessExecutor } from './child-process-executor.ts';
import { superviseWorker } from './supervise-worker.ts';

const entry = fileURLToPath(new URL('./testing/fixture-worker.ts', import.meta.url));
const executor = createChildProcessExecutor({
  entry,
  env: {},
  niceness: 10,
  logger: pino({ level: 'silent' }),
});

async function supervise(
  behaviour: string,
  onMessage: (count: number) => void = () => undefined,
  signal = new AbortController().signal,
) {
  return superviseWorker({
    executor,
    specification: { behaviour },
    messages: z.object({ count: z.number() }),
    onMessage: async ({ count }) => onMessage(count),
    signal,
  });
}

test('messages arrive in order, then the ending', async () => {
  const counts: number[] = [];
  expect(await supervise('count', (count) => counts.push(count))).toEqual({ kind: 'done' });
  expect(counts).toEqual([1, 2, 3]);
});

test('a request to stop lets the worker end by itself, a lost lease does not', async () => {
  for (const [reason, outcome] of [
    ['STOP_REQUESTED', 'stopped'],
    ['LEASE_LOST', 'died'],
  ] as const) {
    const abort = new AbortController();
    expect(await supervise('until-stopped', () => abort.abort(reason), abort.signal)).toMatchObject({
      kind: outcome,
    });
  }
});

test.each([
  ['known-failure', { kind: 'failed', code: 'OUT_OF_RANGE', message: '7 is too many' }],
  ['disk-full', { kind: 'failed', code: 'STORAGE_FULL', message: 'no space left on device, write' }],
  ['refusal', { kind: 'failed', code: 'NOT_FOUND' }],
  ['lost-dependency', { kind: 'died' }],
  ['crash', { kind: 'died', detail: expect.stringContaining('exit code 1') }],
  ['nonsense', { kind: 'died' }],
  ['garbage', { kind: 'done' }],
])('a worker that meets %s ends as %j', async (behaviour, outcome) => {
  expect(await supervise(behaviour)).toMatchObject(outcome);
});

test('a message that cannot be stored ends the worker, and the error is thrown', async () => {
  let pid = 0;
  const failing = supervise('until-stopped', (count) => {
    pid = count;
    throw new Error('the database is gone');
  });
  await expect(failing).rejects.toThrow('the database is gone');
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('a worker does not outlive a service that was killed', async () => {
  const service = startTestChild(
    new URL('./testing/fixture-service.ts', import.meta.url),
    entry as unknown as object,
  );
  const { count: pid } = await service.waitFor<{ count: number }>(({ count }) => count > 0);
  expect(process.kill(pid, 0)).toBe(true);
  await service.kill();
  while (isAlive(pid)) await new Promise(setImmediate);
  expect(isAlive(pid)).toBe(false);
});

test('a worker that the kernel killed for want of memory is told from one that somebody killed', async () => {
  const killWith = async (counts: readonly (number | null)[]) => {
    const left = [...counts];
    let pid = 0;
    const executorOf = createChildProcessExecutor({
      entry,
      env: {},
      niceness: 0,
      logger: pino({ level: 'silent' }),
      onStart: (started) => {
        pid = started;
      },
      memory: { oomKills: () => left.shift() ?? null },
    });
    return superviseWorker({
      executor: executorOf,
      specification: { behaviour: 'until-stopped' },
      messages: z.object({ count: z.number() }),
      onMessage: async () => void process.kill(pid, 'SIGKILL'),
      signal: new AbortController().signal,
    });
  };
  expect(await killWith([4, 5])).toEqual({
    kind: 'died',
    detail: "ended by SIGKILL of the kernel's out-of-memory killer",
    cause: 'OUT_OF_MEMORY',
  });
  for (const counts of [
    [4, 4],
    [null, null],
  ]) {
    expect(await killWith(counts)).toEqual({ kind: 'died', detail: 'ended by SIGKILL' });
  }
});

test('whether a worker could start is known without starting one', async () => {
  expect(await executor.check()).toMatchObject({ ok: true });
  const missing = createChildProcessExecutor({
    entry: '/nowhere.ts',
    env: {},
    niceness: 0,
    logger: pino({ level: 'silent' }),
  });
  expect(await missing.check()).toEqual({ ok: false, detail: "the worker's module /nowhere.ts is missing" });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
