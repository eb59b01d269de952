/**
 * Memory that runs out during a run. The failures are real: a worker process is given an address space little larger than what
 * it has (`prlimit`, so on Linux alone), and ONNX Runtime's own allocation fails in a step.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, expect, test, vi } from 'vitest';
import { until, useDevices } from '../testing/engine-devices.ts';
import { usePools } from '../testing/engine-pools.ts';
import { engineRequest, run, runAll } from '../testing/engine-run.ts';
import { writeReaderOf } from '../testing/large-model.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import type { ReadOutcome } from './device-texts.ts';
import type { EngineDevice } from './engine-device.ts';
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
  // To the device that has none: whoever chooses goes by speeds, which on a busy machine are anybody's.
  const moving = [0, 1, 2, 3].map((at) => run(pool.devices[0]!, large(`large-${at}`)));
  for (const { tokens, end } of await Promise.all(moving.map(({ outcome }) => outcome))) {
    expect(end).toMatchObject({ kind: 'finished', reason: 'LENGTH' });
    expect(tokens).toEqual(expected[1]?.tokens);
  }
  expect(moving.map(({ devices }) => devices)).toEqual(moving.map(() => ['cpu-1']));
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

/** Its attention over 4,000 tokens holds 128 MB of scores. */
const longText = 'capital of France '.repeat(1_500);
const shortTexts = ['Who discovered oxygen?', 'What is the capital of France?'];
const readerOf = async (device: Pick<EngineDevice, 'load'>): Promise<void> => {
  const folder = await writeReaderOf(model);
  const loaded = await device.load({ type: 'load', versionId: 'reader@1', folder });
  if (loaded.kind === 'failed') throw new Error(loaded.message);
};
const valuesOf = (outcome: ReadOutcome): readonly unknown[] =>
  outcome.kind === 'read' ? outcome.texts.map(({ values }) => values) : [outcome];

test('a text for which a device has no memory is read elsewhere; what is computed beside it does not notice', async () => {
  const { started, startWorker } = recorded();
  const pool = await openPool({ ...size, devices: 2, model, startWorker });
  await readerOf(pool);
  await until(() => pool.devices.every((device) => device.loaded('reader@1')));
  const read = (texts: readonly string[]) => pool.readTexts({ lane: 'reader@1', texts });
  const stay = [0, 1].map((at) => run(pool, small(`small-${at}`)));
  await Promise.all(stay.map((stream) => stream.reached(3)));
  const short = valuesOf(await read(shortTexts));
  await leave(started[0], 64 * mebibyte);
  const sent = started.map((worker) => vi.spyOn(worker, 'postMessage'));
  const outcome = await pool.devices[0]!.readTexts({ lane: 'reader@1', texts: [...shortTexts, longText] });
  const reads = sent.map(({ mock }) => mock.calls.filter(([{ type }]) => type === 'read').length);
  expect(reads).toEqual([1, 1]);
  expect(outcome).toMatchObject({ kind: 'read', texts: [{}, {}, { isCut: false }] });
  expect(outcome.kind === 'read' && outcome.texts[2]!.tokens).toBeGreaterThan(3_000);
  expect(valuesOf(outcome).slice(0, 2)).toEqual(short);
  expect(valuesOf(await read(shortTexts))).toEqual(short);
  for (const { ended } of stay) expect(await ended).toMatchObject({ kind: 'finished', reason: 'LENGTH' });
  expect(started).toHaveLength(2);
  expect(pool.snapshots()).toMatchObject([0, 1].map(() => ({ status: 'READY', detail: undefined })));
});

test('without another device a text ends with what it lacked, and others are read by the same worker', async () => {
  const { started, startWorker } = recorded();
  const device = await openDevice({ ...size, model, startWorker });
  await readerOf(device);
  const read = (texts: readonly string[]) => device.readTexts({ lane: 'reader@1', texts });
  const short = valuesOf(await read(shortTexts));
  await leave(started[0], 64 * mebibyte);
  const [long, beside] = await Promise.all([read([longText]), read(shortTexts)]);
  expect(long).toMatchObject({
    kind: 'failed',
    code: 'MEMORY_EXHAUSTED',
    message: expect.stringMatching(/^The device had no memory to compute it: \d{8,9} bytes in one piece\.$/),
  });
  expect(valuesOf(beside)).toEqual(short);
  expect(device.waitingTexts).toBe(0);
  expect(started).toHaveLength(1);
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
