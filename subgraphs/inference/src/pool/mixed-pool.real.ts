/** A GPU and the processor as one pool, on the software Vulkan that `.ci/servers/vulkan.sh` installs. */
import { afterEach, expect, test } from 'vitest';
import { discoverDevices } from '../devices/discover-devices.ts';
import { parseDeviceList } from '../domain/device-list.ts';
import { EngineDevice } from '../engine/engine-device.ts';
import type { EngineRequest } from '../engine/protocol.ts';
import { startWorker } from '../engine/start-worker.ts';
import { deviceOptions } from '../testing/engine-devices.ts';
import { engineRequest, runAll } from '../testing/engine-run.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import { EnginePool } from './engine-pool.ts';

const open: EnginePool[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
});

async function openPool(text: string): Promise<EnginePool> {
  const list = parseDeviceList(text);
  if (list.kind === 'invalid') throw new Error(list.problem);
  const { devices } = await discoverDevices(list.devices, { threads: 1 });
  const pool = new EnginePool({
    prefixSalt: new Uint8Array(32),
    onModelLost: () => undefined,
    open: devices.map((device) => (hooks) => {
      return new EngineDevice({
        ...deviceOptions({ device, startWorker, prefillTokensPerStep: 64, maxContextLength: 256 }),
        ...hooks,
      });
    }),
  });
  open.push(pool);
  return pool;
}

const requests = (round: string): EngineRequest[] =>
  Array.from({ length: 6 }, (_, number) =>
    engineRequest(`${round}-${number}`, {
      promptTokens: [1, 40 + number, 50, 60, 2],
      sampling: { temperature: 1, topK: 0, topP: 1, seed: number },
    }),
  );

test('streams of a GPU whose process is killed go on on the processor, with the tokens they would have had', async () => {
  const folder = await writeTinyModel({ isEndless: true });
  const alone = await openPool('cpu');
  await alone.load({ type: 'load', versionId: 'tiny@1', folder });
  const expected = await runAll(alone, requests('alone'));

  const pool = await openPool('cpu,webgpu');
  await pool.load({ type: 'load', versionId: 'tiny@1', folder });
  const gpu = pool.devices.find(({ id }) => id === 'webgpu-0');
  while (gpu?.loaded('tiny@1') === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  let isKilled = false;
  const got = await runAll(pool, requests('mixed'), (count, { devices }) => {
    if (devices.at(-1) !== 'webgpu-0' || count < 3 || isKilled) return;
    isKilled = true;
    void gpu?.killWorker();
  });
  expect(isKilled).toBe(true);
  expect(got.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
  expect(got.map(({ devices }) => devices.join(' then '))).toContain('webgpu-0 then cpu-0');
});
