/** Pools of devices on the processor, that are closed behind each test. */
import { afterEach, expect } from 'vitest';
import { processor } from '../devices/processor.ts';
import { EngineDevice } from '../engine/engine-device.ts';
import type { WorkerOptions } from '../engine/protocol.ts';
import type { EngineWorker } from '../engine/worker.ts';
import { startWorkerThread } from '../engine/worker-thread.ts';
import { EnginePool } from '../pool/engine-pool.ts';
import { type DeviceWish, deviceOptions, until } from './engine-devices.ts';

export type PoolWish = Omit<DeviceWish, 'device' | 'startWorker'> & {
  readonly devices: number;
  readonly startWorker?: (options: WorkerOptions, device: number) => EngineWorker;
};

/** Call at the top level of a test file. */
export function usePools(): (wish: PoolWish) => Promise<EnginePool> {
  const open: EnginePool[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pool) => pool.close()));
  });
  return async ({ devices, model, startWorker = startWorkerThread, ...wish }) => {
    const openDevice = (index: number) => {
      const options = deviceOptions({
        maxContextLength: 256,
        prefillTokensPerStep: 64,
        prefixSlots: 4,
        ...wish,
        device: processor({ index, threads: 1 }),
        startWorker: (worker) => startWorker(worker, index),
      });
      return (hooks: Partial<typeof options>) => new EngineDevice({ ...options, ...hooks });
    };
    const pool = new EnginePool({
      prefixSalt: new Uint8Array(32),
      onModelLost: () => undefined,
      open: Array.from({ length: devices }, (_, index) => openDevice(index)),
    });
    open.push(pool);
    if (model !== undefined) {
      expect(await pool.load({ type: 'load', versionId: 'tiny@1', folder: model })).toMatchObject({
        kind: 'loaded',
      });
      await until(() => pool.devices.every(hasTiny));
    }
    return pool;
  };
}

export const hasTiny = (device: EngineDevice): boolean =>
  device.status === 'READY' && device.loaded('tiny@1') !== undefined;
