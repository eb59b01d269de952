/** A device as the service knows it before any worker runs on it: what it is, and what a worker opens models on. */
import type { ExecutionProvider } from '@fathom/neural/runtime/execution-provider';

export type DeviceKind = 'CPU' | 'WEBGPU' | 'CUDA';

export interface Device {
  /** Stable across restarts: `cpu-0`, `webgpu-0`, `cuda-1`. */
  readonly id: string;
  readonly kind: DeviceKind;
  /** As the hardware or its driver says it. */
  readonly name: string;
  /** Of the processor. On a GPU they prepare its work; one is enough. */
  readonly threads: number;
  readonly memory: DeviceMemorySize;
  readonly provider: ExecutionProvider;
}

export interface DeviceMemorySize {
  /** What the device has; undefined where its driver does not say. */
  readonly totalBytes?: number | undefined;
  /** When it was discovered. */
  readonly freeBytes?: number | undefined;
  /** What models on it may take, weights and caches together; unbounded without it. */
  readonly limitBytes?: number | undefined;
}

/** A device that was asked for and cannot be used. */
export interface UnavailableDevice {
  readonly id: string;
  readonly kind: DeviceKind;
  /** For an operator: what is missing, and what to do. */
  readonly reason: string;
}

export interface DiscoveredDevices {
  /** Never empty: without any other there is the processor. */
  readonly devices: readonly [Device, ...Device[]];
  readonly unavailable: readonly UnavailableDevice[];
}
