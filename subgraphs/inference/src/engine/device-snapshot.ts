import type { DeviceStatus } from '../__generated__/schema.ts';
import type { DeviceKind } from '../devices/device.ts';

/** How a device stands, as clients, metrics and operators see it. */
export interface DeviceSnapshot {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly name: string;
  readonly status: DeviceStatus;
  /** What its last workers died of, until one computes again. */
  readonly detail: string | undefined;
  readonly threads: number;
  readonly activeSequences: number;
  readonly maxSequences: number;
  readonly queuedRequests: number;
  readonly busyRatio: number;
  readonly kvCacheUsage: number;
  readonly tokensPerSecond: number;
  readonly memoryBytes: number;
  /** Of the device; undefined where its driver does not say. */
  readonly memoryTotalBytes: number | undefined;
  /** What models on it may take; undefined where nothing bounds it. */
  readonly memoryLimitBytes: number | undefined;
  /** Version ids of what is loaded. */
  readonly loaded: readonly string[];
}
