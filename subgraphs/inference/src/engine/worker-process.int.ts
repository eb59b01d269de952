/** A device whose engine runs in a process of its own, as that of a GPU does. It computes on the processor here. */
import { once } from 'node:events';
import { createDeferred } from '@fathom/platform/deferred';
import { beforeAll, expect, test } from 'vitest';
import { useDevices } from '../testing/engine-devices.ts';
import { engineRequest, type OnToken, run as runRequest } from '../testing/engine-run.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import type { EngineDevice } from './engine-device.ts';
import type { ToWorker } from './protocol.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

let folder: string;
const open = useDevices();

beforeAll(async () => {
  // Slow enough for a fault to come under its streams, also where several tokens are told at once.
  folder = await writeTinyModel({ layers: 16, isEndless: true });
});

/** Many: a fault at the tenth comes while others are being computed. */
const maxTokens = 400;

const load = (device: EngineDevice) => device.load({ type: 'load', versionId: 'tiny@1', folder });

async function run(device: EngineDevice, number: number, onToken?: OnToken): Promise<readonly number[]> {
  const request = engineRequest(`r${number}`, {
    promptTokens: [1, 40 + number, 50, 2],
    maxTokens,
    sampling: { temperature: 1, topK: 0, topP: 1, seed: number },
  });
  const { tokens } = await runRequest(device, request, onToken).outcome;
  return tokens;
}

test('a process computes the tokens that a thread computes', async () => {
  const [thread, child] = [await open(), await open({ startWorker: startWorkerProcess })];
  expect(await Promise.all([load(thread), load(child)])).toMatchObject([
    { kind: 'loaded' },
    { kind: 'loaded' },
  ]);
  const numbers = [1, 2, 3];
  const [expected, got] = await Promise.all(
    [thread, child].map((device) => Promise.all(numbers.map((number) => run(device, number)))),
  );
  expect(got).toEqual(expected);
  const embedded = await child.readTexts({ texts: ['A text.'] });
  expect(embedded).toMatchObject({ kind: 'read' });
});

test('streams go on without a gap when the process is killed under them', async () => {
  const device = await open({ startWorker: startWorkerProcess });
  await load(device);
  const whole = await run(device, 1);
  let isKilled = false;
  const again = await run(device, 1, (count) => {
    if (count < 10 || isKilled) return;
    isKilled = true;
    void device.killWorker();
  });
  expect(isKilled).toBe(true);
  expect(again).toEqual(whole);
  await expect.poll(() => device.snapshot()).toMatchObject({ status: 'READY', detail: undefined });
});

test('a worker that hangs is taken for lost, and its streams go on without a gap', async () => {
  const workers: WorkerProcess[] = [];
  const device = await open({
    stallMs: 3_000,
    startWorker: (options) => {
      const worker = startWorkerProcess(options);
      workers.push(worker);
      return worker;
    },
  });
  await load(device);
  const whole = await run(device, 1);
  let isHung = false;
  const again = await run(device, 1, (count) => {
    if (count < 10 || isHung) return;
    isHung = true;
    process.kill(workers[0]?.pid ?? 0, 'SIGSTOP');
  });
  expect(again).toEqual(whole);
  expect(workers.length).toBeGreaterThan(1);
});

test('a fault that the process names ends it and nothing else, and its streams go on without a gap', async () => {
  const workers: WorkerProcess[] = [];
  const faults: string[] = [];
  const device = await open({
    startWorker: (options) => {
      const worker = startWorkerProcess(options);
      worker.on('error', ({ message }) => faults.push(message));
      workers.push(worker);
      return worker;
    },
  });
  await load(device);
  const whole = await run(device, 1);
  const again = await run(device, 1, (count) => {
    // Nothing of the service is like this: it throws where nobody in the process catches.
    if (count === 10)
      workers[0]?.postMessage({ type: 'submit', requests: [undefined] } as unknown as ToWorker);
  });
  expect(again).toEqual(whole);
  expect(faults).toEqual([expect.stringContaining('undefined')]);
  await workers[0]?.terminate();
  expect(workers).toHaveLength(2);
});

test('a model under whose loading workers are lost is refused, and the device goes on with the others', async () => {
  let kills = 0;
  const device = await open({
    startWorker: (options) => {
      const worker = startWorkerProcess(options);
      const post = worker.postMessage.bind(worker);
      worker.postMessage = (message) => {
        post(message);
        if (message.type !== 'load' || message.versionId !== 'deadly@1') return;
        kills += 1;
        void worker.terminate();
      };
      return worker;
    },
  });
  await load(device);
  expect(await device.load({ type: 'load', versionId: 'deadly@1', folder })).toEqual({
    kind: 'failed',
    code: 'DEVICE_LOST',
    message: 'The device lost 3 workers while they loaded this version. Its worker was lost (SIGKILL).',
  });
  expect(kills).toBe(3);
  expect((await run(device, 1)).length).toBe(maxTokens);
  expect(device.snapshot()).toMatchObject({ status: 'READY', loaded: ['tiny@1'] });
});

test('a device whose workers die again and again is unhealthy, says of what, and recovers when one lives', async () => {
  let isBroken = true;
  let started = 0;
  const fourth = createDeferred();
  const device = await open({
    startWorker: (options) => {
      const worker = startWorkerProcess(options);
      started += 1;
      if (isBroken) void worker.terminate();
      if (started === 4) fourth.resolve();
      return worker;
    },
  });
  await fourth.promise;
  expect(device.snapshot()).toMatchObject({ status: 'UNHEALTHY', detail: 'Its worker was lost (SIGKILL).' });
  isBroken = false;
  expect(await load(device)).toMatchObject({ kind: 'loaded' });
  expect((await run(device, 1)).length).toBe(maxTokens);
  expect(device.snapshot()).toMatchObject({ status: 'READY', detail: undefined });
});

test('a worker process ends when the service that it computes for is gone', async () => {
  const worker = startWorkerProcess({
    threads: 1,
    maxSequences: 1,
    prefillTokensPerStep: 8,
    precision: 'fp32',
    maxContextLength: 64,
  });
  const exited = once(worker as unknown as NodeJS.EventEmitter, 'exit');
  worker.postMessage({ type: 'close' });
  expect(await exited).toEqual([0]);
});
