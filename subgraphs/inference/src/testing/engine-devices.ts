/** Devices on the processor, with the product's own workers, that are closed behind each test. */
import { createLogger } from '@fathom/platform/logging';
import { afterEach } from 'vitest';
import { processor } from '../devices/processor.ts';
import { EngineDevice } from '../engine/engine-device.ts';
import type { EngineDeviceOptions, EngineSettings } from '../engine/engine-device-options.ts';
import { startWorkerThread } from '../engine/worker-thread.ts';

export type DeviceWish = Partial<EngineSettings> &
  Partial<Omit<EngineDeviceOptions, 'worker' | 'logger'>> & {
    /** The folder of a model that is loaded as `tiny@1` before the test goes on. */
    readonly model?: string;
  };

/** Small, of one thread, with a worker in a thread, unless it is wished otherwise. */
export function deviceOptions({ model: _, ...wish }: DeviceWish = {}): EngineDeviceOptions {
  const {
    maxSequences = 4,
    prefillTokensPerStep = 32,
    precision = 'fp32',
    maxContextLength = 1024,
    prefixSlots = 0,
    kvCacheTokens,
    ...device
  } = wish;
  return {
    device: processor({ threads: 1 }),
    maxQueued: 8,
    startWorker: startWorkerThread,
    logger: createLogger({ service: 'test', level: 'silent' }),
    ...device,
    worker: { maxSequences, prefillTokensPerStep, precision, maxContextLength, prefixSlots, kvCacheTokens },
  };
}

/** Call at the top level of a test file. */
export function useDevices(): (wish?: DeviceWish) => Promise<EngineDevice> {
  const open: EngineDevice[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((device) => device.close()));
  });
  return async (wish = {}) => {
    const device = new EngineDevice(deviceOptions(wish));
    open.push(device);
    if (wish.model !== undefined) await loadTiny(device, wish.model);
    return device;
  };
}

/** A version that is loaded as `tiny@1`; throws the reason where it is refused. */
export async function loadTiny(device: Pick<EngineDevice, 'load'>, folder: string): Promise<void> {
  const outcome = await device.load({ type: 'load', versionId: 'tiny@1', folder });
  if (outcome.kind === 'failed') throw new Error(`${outcome.code}: ${outcome.message}`);
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
