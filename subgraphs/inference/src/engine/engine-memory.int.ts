/**
 * Memory that runs out during a run. The failures are real: a worker process is given an address space little larger than what
 * it has (`prlimit`, so on Linux alone), and ONNX Runtime's own allocation fails in a step.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { useDevices } from '../testing/engine-devices.ts';
import { usePools } from '../testing/engine-pools.ts';
import { engineRequest, run, runAll } from '../testing/engine-run.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import type { EngineRequest, WorkerOptions } from './protocol.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

const openDevice = useDevices();
const openPool = usePools();
const mebibyte = 2 ** 20;
/** Attention holds scores of 2 heads over all 8,192 positions, for each token that is computed: 64 KiB a token. */
const size = { maxContextLength: 8_192, prefillTokensPerStep: 4_096, prefixSlots: 0 };
let model: string;

beforeAll(async () => {
  model = await writeTinyModel({ isEndless: true, maxPositions: 8_192 });
});

/** 250 MiB of scores in one run. */
const large = (id: string): EngineRequest =>
  engineRequest(id, {
    promptTokens: Array.from({ length: 4_000 }, (_, at) => 20 + (at % 200)),
    maxTokens: 4,
  });
/** 31 MiB; four of them begin in one run. */
const medium = (id: string, token: number): EngineRequest =>
  engineRequest(id, {
    promptTokens: Array.from({ length: 500 }, (_, at) => token + (at % 100)),
    maxTokens: 6,
  });
const small = (id: string): EngineRequest => engineRequest(id, { maxTokens: 1_500 });

/** The worker gets so many bytes of address space beside those that it has. */
async function leave(worker: WorkerProcess | undefined, bytes: number): Promise<void> {
  const status = await readFile(`/proc/${worker?.pid}/status`, 'utf8');
  const kibibytes = Number(/^VmSize:\s+(\d+) kB$/m.exec(status)?.[1]);
  const limit = kibibytes * 1_024 + bytes;
  await promisify(execFile)('prlimit', ['--pid', String(worker?.pid), `--as=${limit}`]);
}

function recorded() {
  const started: WorkerProcess[] = [];
  const startWorker = (options: WorkerOptions): WorkerProcess => {
    const worker = startWorkerProcess(options);
    started.push(worker);
    return worker;
  };
  return { started, startWorker };
}

test('a prompt for which a device has no memory goes on elsewhere; the streams beside it do not notice', async () => {
  const { started, startWorker } = recorded();
  const pool = await openPool({ ...size, devices: 2, model, startWorker });
  // Computed by another: memory that a worker has had once it keeps.
  const expected = await runAll(await openDevice({ ...size, model }), [small('small'), large('large')]);
  const stay = [0, 1, 2, 3].map((at) => run(pool, small(`small-${at}`)));
  await Promise.all(stay.map((stream) => stream.reached(3)));
  await leave(started[0], 64 * mebibyte);
  const moving = [0, 1, 2, 3].map((at) => run(pool, large(`large-${at}`)));
  for (const { tokens, end } of await Promise.all(moving.map(({ outcome }) => outcome))) {
    expect(end).toMatchObject({ kind: 'finished', reason: 'LENGTH' });
    expect(tokens).toEqual(expected[1]?.tokens);
  }
  const places = moving.map(({ devices }) => devices.join(' then '));
  expect(places).toContain('cpu-0 then cpu-1');
  expect(places.every((place) => place.endsWith('cpu-1'))).toBe(true);
  for (const { tokens, devices } of await Promise.all(stay.map(({ outcome }) => outcome))) {
    expect(tokens).toEqual(expected[0]?.tokens);
    expect(devices).toHaveLength(1);
  }
  expect(new Set(stay.flatMap(({ devices }) => devices)).size).toBe(2);
  // No worker was lost for it.
  expect(started).toHaveLength(2);
  expect(pool.snapshots()).toMatchObject([0, 1].map(() => ({ status: 'READY', kvCacheUsage: 0 })));
});

test('without another device it ends with both what it was and what it lacked, and its slot is free', async () => {
  const { started, startWorker } = recorded();
  const device = await openDevice({ ...size, model, maxSequences: 2, startWorker });
  const whole = await run(device, small('whole')).outcome;
  const beside = run(device, small('beside'));
  await beside.reached(3);
  await leave(started[0], 64 * mebibyte);
  expect(await run(device, large('large')).ended).toMatchObject({
    kind: 'failed',
    code: 'MEMORY_EXHAUSTED',
    message: expect.stringMatching(/^The device had no memory to compute it: \d{9} bytes in one piece\.$/),
  });
  const after = [run(device, small('after')), beside];
  for (const { outcome } of after) expect((await outcome).tokens).toEqual(whole.tokens);
  expect(started).toHaveLength(1);
  expect(device.snapshot()).toMatchObject({ activeSequences: 0, kvCacheUsage: 0, detail: undefined });
});

test('prompts that have no room beside each other are computed one after another, with the same tokens', async () => {
  const { started, startWorker } = recorded();
  const device = await openDevice({ ...size, model, startWorker });
  const prompts = [20, 60, 100, 140];
  const expected = await runAll(
    device,
    prompts.map((token) => medium(`whole-${token}`, token)),
  );
  const tight = await openDevice({ ...size, model, startWorker });
  await run(tight, engineRequest('first')).ended;
  await leave(started[1], 80 * mebibyte);
  const got = await runAll(
    tight,
    prompts.map((token) => medium(`tight-${token}`, token)),
  );
  expect(got.map(({ tokens, end }) => [tokens, end.kind])).toEqual(
    expected.map(({ tokens }) => [tokens, 'finished']),
  );
  expect(started).toHaveLength(2);
});
