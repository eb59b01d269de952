import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { beforeAll, expect, test } from 'vitest';
import { accountOf } from '../domain/account.ts';
import { type DeviceWish, useDevices } from '../testing/engine-devices.ts';
import { type Run, engineRequest as request, run } from '../testing/engine-run.ts';
import { writeTinyAdapter, writeTinyModel } from '../testing/tiny-model.ts';
import type { EngineDevice } from './engine-device.ts';
import type { EngineWorker } from './worker.ts';
import { startWorkerThread } from './worker-thread.ts';

let folder: string;
const open = useDevices();

beforeAll(async () => {
  folder = await writeTinyModel();
});

const openDevice = (wish: DeviceWish = {}): Promise<EngineDevice> => open({ model: folder, ...wish });

const ids = ({ tokens }: Run) => tokens.map(({ tokenId }) => tokenId);

test('a stream among others has the very tokens that it has alone', async () => {
  const device = await openDevice();
  const alone = run(device, request('alone'));
  await alone.ended;
  const together = Array.from({ length: 6 }, (_, i) =>
    run(
      device,
      request(
        `r${i}`,
        i === 3
          ? {}
          : { promptTokens: [1, 30 + i, 2], sampling: { temperature: 1, topK: 0, topP: 1, seed: i } },
      ),
    ),
  );
  await Promise.all(together.map(({ ended }) => ended));
  expect(alone.tokens.length).toBeGreaterThan(0);
  expect(together[3]?.tokens.map(({ tokenId, text }) => [tokenId, text])).toEqual(
    alone.tokens.map(({ tokenId, text }) => [tokenId, text]),
  );
});

test('a request that continues behind tokens it has goes on as if it had never stopped', async () => {
  const device = await openDevice();
  const whole = run(device, request('whole'));
  await whole.ended;
  const prior = ids(whole).slice(0, 10);
  const rest = run(device, request('rest', { priorTokens: prior }));
  await rest.ended;
  expect([...prior, ...ids(rest)]).toEqual(ids(whole));
  expect(rest.tokens[0]?.index).toBe(10);
});

test('a cancellation ends a stream and gives its slot to who waits', async () => {
  // Long enough that it cannot end before it is cancelled, however busy the machine that cancels.
  const device = await open({
    model: await writeTinyModel({ isEndless: true, maxPositions: 16_384 }),
    maxContextLength: 16_384,
    maxSequences: 1,
  });
  const endless = run(
    device,
    request('endless', { maxTokens: 16_000, sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 } }),
  );
  await endless.reached(3);
  const waiting = run(device, request('waiting', { maxTokens: 4 }));
  device.cancel('endless');
  expect(await endless.ended).toMatchObject({ kind: 'finished', reason: 'CANCELLED' });
  expect(await waiting.ended).toMatchObject({ kind: 'finished' });
  expect(endless.tokens.length).toBeLessThan(16_000);
});

test('the queue is bounded and says when to come back', async () => {
  const device = await openDevice({ maxSequences: 1, maxQueued: 1 });
  const endless = [
    run(device, request('a', { maxTokens: 900 })),
    run(device, request('b', { maxTokens: 900 })),
  ];
  expect(device.admission()).toMatchObject({ kind: 'overloaded', queued: 1 });
  device.cancel('b');
  device.cancel('a');
  await Promise.all(endless.map(({ ended }) => ended));
  expect(device.admission()).toEqual({ kind: 'admitted' });
});

test('when the worker is killed the streams go on without a gap or a repeated token', async () => {
  const device = await openDevice();
  const expected = run(device, request('expected', { maxTokens: 200 }));
  await expected.ended;
  const streams = ['x', 'y', 'z'].map((id) => run(device, request(id, { maxTokens: 200 })));
  await streams[0]?.reached(5);
  await device.killWorker();
  expect(device.status).toBe('RECOVERING');
  await Promise.all(streams.map(({ ended }) => ended));
  await expect.poll(() => device.status).toBe('READY');
  for (const stream of streams) {
    const { tokens, text } = await expected.outcome;
    expect(await stream.outcome).toMatchObject({ tokens, text });
  }
});

test('a request under which three workers were lost fails, and the device lives on', async () => {
  // Long enough that it cannot end before the third kill, however busy the machine that kills.
  const device = await openDevice({ maxContextLength: 16_384 });
  const long = await writeTinyModel({ isEndless: true, maxPositions: 16_384 });
  await device.load({ type: 'load', versionId: 'long@1', folder: long });
  const cursed = run(
    device,
    request('cursed', {
      lane: 'long@1',
      maxTokens: 16_000,
      sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
    }),
  );
  for (let lost = 0; lost < 3; lost++) {
    // A token that is new after the last loss shows that another worker lives and has the request.
    await cursed.reached(cursed.tokens.length + 1);
    await device.killWorker();
  }
  expect(await cursed.ended).toMatchObject({ kind: 'failed', code: 'DEVICE_LOST' });
  expect(await run(device, request('next')).ended).toMatchObject({ kind: 'finished' });
});

test('an adapter changes what the model says, and only for the requests that name it', async () => {
  const device = await openDevice();
  const { tokenizer } = await loadModelFolder(folder);
  const adapter = await writeTinyAdapter({ vocabularySize: tokenizer.vocabularySize });
  const loaded = await device.load({
    type: 'load',
    versionId: 'tiny@2',
    folder: adapter,
    baseVersionId: 'tiny@1',
  });
  expect(loaded).toEqual(expect.objectContaining({ kind: 'loaded' }));
  const before = run(device, request('before'));
  await before.ended;
  const [base, adapted] = [
    run(device, request('base')),
    run(device, request('adapted', { adapter: 'tiny@2' })),
  ];
  await Promise.all([base.ended, adapted.ended]);
  expect(ids(base)).toEqual(ids(before));
  expect(ids(adapted)).not.toEqual(ids(before));
});

test('a damaged model file is refused by name and the model in service goes on', async () => {
  const device = await openDevice();
  const damaged = await writeTinyModel({ seed: 2 });
  await appendFile(join(damaged, 'model.safetensors'), 'x');
  const running = run(device, request('running', { maxTokens: 100 }));
  const outcome = await device.load({ type: 'load', versionId: 'tiny@3', folder: damaged });
  expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('model.safetensors') });
  expect(await running.ended).toMatchObject({ kind: 'finished' });
  expect(device.snapshot().loaded).toEqual(['tiny@1']);
});

const system = Array.from({ length: 90 }, (_, index) => 20 + ((index * 37) % 230));

test('the turns of a chat compute only what is new, and say the very same as without the cache', async () => {
  const [cached, uncached] = [await openDevice({ prefixSlots: 2 }), await openDevice({ prefixSlots: 0 })];
  let prompt = [...system, 1, 40, 50, 2];
  for (let turn = 0; turn < 4; turn++) {
    const toRun = request(`turn${turn}`, { promptTokens: prompt, tenant: 'a', maxTokens: 12 });
    const [quick, whole] = [run(cached, toRun), run(uncached, toRun)];
    const [quickEnd, wholeEnd] = await Promise.all([quick.ended, whole.ended]);
    expect(ids(quick)).toEqual(ids(whole));
    expect(wholeEnd.cachedPromptTokens).toBe(0);
    // All that was written before: the prompt and the answer, but for the last token of the answer.
    if (turn > 0) expect(quickEnd.cachedPromptTokens).toBeGreaterThanOrEqual(prompt.length - 4);
    prompt = [...prompt, ...ids(whole), 1, 60 + turn, 2];
  }
});

test('requests that come at once with one system prompt compute it once, each with the tokens it has alone', async () => {
  const [cached, uncached] = [await openDevice({ prefixSlots: 2 }), await openDevice({ prefixSlots: 0 })];
  const requests = Array.from({ length: 7 }, (_, index) =>
    request(`r${index}`, { promptTokens: [...system, 30 + index, 2], tenant: 'a' }),
  );
  const runs = requests.map((toRun) => run(cached, toRun));
  const ends = await Promise.all(runs.map(({ ended }) => ended));
  const cachedTokens = ends.map(({ cachedPromptTokens }) => cachedPromptTokens);
  expect(cachedTokens[0]).toBe(0);
  // The last few tokens are not waited for.
  expect(Math.min(...cachedTokens.slice(1))).toBeGreaterThan(74);
  for (const [index, toRun] of requests.entries()) {
    const alone = run(uncached, toRun);
    await alone.ended;
    expect(ids(runs[index] ?? alone)).toEqual(ids(alone));
  }
});

test('no tenant can tell by the work of its prompt what another has asked', async () => {
  const device = await openDevice({ prefixSlots: 2 });
  const prompt = { promptTokens: [...system, 2], maxTokens: 2 };
  const cachedTokens = async (id: string, tenant: string): Promise<number> =>
    (await run(device, request(id, { ...prompt, tenant })).ended).cachedPromptTokens;
  expect(await cachedTokens('1', 'a')).toBe(0);
  expect(await cachedTokens('2', 'b')).toBe(0);
  expect(await cachedTokens('3', 'a')).toBe(90);
});

test('a copy of an answer shares its prompt with copies of the same tenant alone, whatever a tenant is called', async () => {
  const device = await openDevice({ prefixSlots: 4 });
  const cachedTokens = async (id: string, tenant: string, isCopy: boolean): Promise<number> => {
    const asked = request(id, { promptTokens: [...system, 2], maxTokens: 2, tenant, isCopy });
    return (await run(device, asked).ended).cachedPromptTokens;
  };
  expect(await cachedTokens('1', 'a', true)).toBe(0);
  for (const tenant of ['a', 'shadow/a', accountOf({ tenant: 'a', isCopy: true })])
    expect(await cachedTokens(tenant, tenant, false)).toBe(0);
  expect(await cachedTokens('2', 'b', true)).toBe(0);
  expect(await cachedTokens('3', 'a', true)).toBe(90);
});

test('a version that is loaded again begins with an empty cache', async () => {
  const device = await openDevice({ prefixSlots: 2 });
  const toRun = { promptTokens: [...system, 2], maxTokens: 2 };
  await run(device, request('before', toRun)).ended;
  device.unload('tiny@1');
  await device.load({ type: 'load', versionId: 'tiny@1', folder: await writeTinyModel({ seed: 9 }) });
  const [after, fresh] = [run(device, request('after', toRun)), run(device, request('again', toRun))];
  expect((await after.ended).cachedPromptTokens).toBe(0);
  expect((await fresh.ended).cachedPromptTokens).toBeGreaterThan(74);
  expect(ids(fresh)).toEqual(ids(after));
});

test('a cache smaller than what is asked for serves all the same, one after another', async () => {
  const device = await openDevice({ prefixSlots: 2, kvCacheTokens: 200 });
  const requests = Array.from({ length: 6 }, (_, index) =>
    run(device, request(`r${index}`, { promptTokens: [...system, index + 30, 2], maxTokens: 60 })),
  );
  const ends = await Promise.all(requests.map(({ ended }) => ended));
  expect(ends.map(({ kind }) => kind)).toEqual(Array.from({ length: 6 }, () => 'finished'));
  const tooLong = run(device, request('long', { promptTokens: Array.from({ length: 201 }, () => 5) }));
  expect(await tooLong.ended).toMatchObject({
    kind: 'failed',
    code: 'CONTEXT_EXCEEDED',
    message: expect.stringMatching(/201 tokens.*200/),
  });
});

test('a completion that must have a form keeps it when the worker is killed in the middle', async () => {
  const device = await openDevice();
  const constrained = {
    maxTokens: 200,
    responseFormat: { kind: 'regex', source: '([a-z]{4} ){12}end' },
  } as const;
  const expected = run(device, request('expected', constrained));
  await expected.ended;
  const killed = run(device, request('killed', constrained));
  await killed.reached(6);
  await device.killWorker();
  const { text, end } = await killed.outcome;
  expect(end).toMatchObject({ kind: 'finished', reason: 'STOP' });
  expect(text).toMatch(/^([a-z]{4} ){12}end$/);
  expect(ids(killed)).toEqual(ids(expected));
});

test('a deadline ends what runs and what waits, and frees the slot', async () => {
  const device = await openDevice({ maxSequences: 1 });
  const endless = { maxTokens: 900, sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 }, timeoutMs: 1 };
  const late = [run(device, request('runs', endless)), run(device, request('waits', endless))];
  const after = run(device, request('after', { maxTokens: 4 }));
  for (const { ended } of late)
    expect(await ended).toMatchObject({ kind: 'failed', code: 'DEADLINE_EXCEEDED' });
  expect(await after.ended).toMatchObject({ kind: 'finished' });
});

test('a deadline holds while the device has no living worker, and the others go on with the next one', async () => {
  let isBroken = false;
  const device = await openDevice({
    startWorker: (options): EngineWorker => {
      const worker = startWorkerThread(options);
      if (isBroken) void worker.terminate();
      return worker;
    },
  });
  const whole = run(device, request('whole', { maxTokens: 8 }));
  await whole.ended;
  isBroken = true;
  await device.killWorker();
  // It waits for a worker that does not come while its deadline passes; the other has the time.
  const late = run(device, request('late', { timeoutMs: 50 }));
  const patient = run(device, request('patient', { maxTokens: 8, timeoutMs: 600_000 }));
  expect(await late.ended).toMatchObject({
    kind: 'failed',
    code: 'DEADLINE_EXCEEDED',
    message: 'Its deadline has passed.',
  });
  expect(late.tokens).toEqual([]);
  expect(device.status).not.toBe('READY');
  expect(device.snapshot()).toMatchObject({ queuedRequests: 1 });
  isBroken = false;
  expect(await patient.ended).toMatchObject({ kind: 'finished' });
  expect(ids(patient)).toEqual(ids(whole));
});

test('a tenant with one request is not held up by one with many', async () => {
  const device = await openDevice({ maxSequences: 1, maxQueued: 40 });
  const order: string[] = [];
  const submit = (id: string, tenant: string, priority?: 'LOW' | 'HIGH'): Promise<unknown> => {
    const running = run(device, request(id, { tenant, priority, maxTokens: 8 }));
    return running.ended.then(() => order.push(id));
  };
  // The only slot is taken until all of them wait.
  const holder = run(
    device,
    request('holder', {
      tenant: 'c',
      maxTokens: 900,
      sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
    }),
  );
  await holder.reached(1);
  const all = [
    ...Array.from({ length: 10 }, (_, index) => submit(`a${index}`, 'a')),
    submit('b-low', 'b', 'LOW'),
    submit('b-high', 'b', 'HIGH'),
  ];
  device.cancel('holder');
  await Promise.all(all);
  expect(order.indexOf('b-high')).toBeLessThan(3);
  expect(order.indexOf('b-low')).toBeLessThan(6);
  expect(order.indexOf('b-low')).toBeGreaterThan(order.indexOf('b-high'));
});

test('a stop string ends the text before it', async () => {
  const device = await openDevice();
  const { text } = await run(device, request('free', { maxTokens: 60 })).outcome;
  const stop = text.slice(12, 15);
  const stopped = await run(device, request('stopped', { maxTokens: 60, stopStrings: [stop] })).outcome;
  expect(stopped.end).toMatchObject({ kind: 'finished', reason: 'STOP' });
  expect(stopped.text).toBe(text.slice(0, text.indexOf(stop)));
});

test('the device tells its load while it works and none afterwards', async () => {
  const device = await openDevice();
  const running = run(device, request('running', { maxTokens: 300 }));
  await running.reached(50);
  const busy = device.snapshot();
  expect(busy).toMatchObject({ status: 'READY', activeSequences: 1, queuedRequests: 0, kind: 'CPU' });
  expect(busy.busyRatio).toBeGreaterThan(0);
  expect(busy.tokensPerSecond).toBeGreaterThan(0);
  expect(busy.kvCacheUsage).toBeGreaterThan(0);
  expect(busy.memoryBytes).toBeGreaterThan(0);
  await running.ended;
  expect(device.snapshot()).toMatchObject({ activeSequences: 0, queuedRequests: 0, kvCacheUsage: 0 });
});
