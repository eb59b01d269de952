/** How a device stands: for people and metrics (`snapshot`), and for whoever places requests (`report`). */
import type { ReplicaReport } from '../balancer/replica.ts';
import type { Device } from '../devices/device.ts';
import { createRollingWindow } from '../domain/rolling-window.ts';
import type { DeviceModels } from './device-models.ts';
import type { DeviceRequests } from './device-requests.ts';
import type { DeviceSnapshot } from './device-snapshot.ts';
import type { DeviceWorker } from './device-worker.ts';
import type { EngineLoad, FromWorker, LoadedModel, StepReport } from './protocol.ts';

export interface DeviceFiguresOptions {
  readonly device: Device;
  readonly maxSequences: number;
  readonly maxQueued: number;
  readonly worker: Pick<DeviceWorker, 'status' | 'detail'>;
  readonly requests: Pick<
    DeviceRequests,
    'size' | 'meanRequestMs' | 'pendingPrefillTokens' | 'prefillTokensPerSecond'
  >;
  readonly models: Pick<DeviceModels, 'resident' | 'loadedIds'>;
}

const windowMs = 10_000;
const idle: EngineLoad = { active: 0, waiting: 0, kvCacheUsage: 0, freeKvTokens: 0, memoryBytes: 0 };

export class DeviceFigures {
  readonly #options: DeviceFiguresOptions;
  readonly #window = createRollingWindow({ windowMs, now: () => performance.now() });
  /** What the worker said of itself last. */
  #load: EngineLoad = idle;
  #encoderBytes = 0;

  constructor(options: DeviceFiguresOptions) {
    this.#options = options;
  }

  loaded({ memoryBytes }: LoadedModel): void {
    this.#load = { ...this.#load, memoryBytes: this.#load.memoryBytes + memoryBytes };
  }

  stepped({ load, busyMs }: StepReport, tokens: number): void {
    this.#load = load;
    this.#window.add({ busyMs, tokens });
  }

  readTexts({ busyMs, encoderBytes }: Extract<FromWorker, { type: 'texts-step' }>): void {
    this.#encoderBytes = encoderBytes;
    this.#window.add({ busyMs, tokens: 0 });
  }

  workerLost(): void {
    this.#load = idle;
    this.#encoderBytes = 0;
  }

  snapshot(): DeviceSnapshot {
    const { device, maxSequences, worker, models } = this.#options;
    return {
      id: device.id,
      kind: device.kind,
      name: device.name,
      status: worker.status,
      detail: worker.detail,
      threads: device.threads,
      ...this.#sequences(),
      maxSequences,
      ...this.#window.read(),
      kvCacheUsage: this.#load.kvCacheUsage,
      memoryBytes: this.#load.memoryBytes + this.#encoderBytes,
      memoryTotalBytes: device.memory.totalBytes,
      memoryLimitBytes: device.memory.limitBytes,
      loaded: models.resident,
    };
  }

  report(): ReplicaReport {
    const { device, maxSequences, maxQueued, worker, requests, models } = this.#options;
    return {
      replicaId: device.id,
      atMs: performance.now(),
      status: worker.status === 'READY' ? 'READY' : 'RECOVERING',
      ...this.#sequences(),
      maxSequences,
      maxQueued,
      pendingPrefillTokens: requests.pendingPrefillTokens,
      freeKvTokens: this.#load.freeKvTokens,
      prefillTokensPerSecond: requests.prefillTokensPerSecond,
      meanRequestMs: requests.meanRequestMs,
      resident: models.loadedIds,
    };
  }

  #sequences(): { readonly activeSequences: number; readonly queuedRequests: number } {
    const { size } = this.#options.requests;
    const activeSequences = Math.min(this.#load.active, size);
    return { activeSequences, queuedRequests: size - activeSequences };
  }
}
