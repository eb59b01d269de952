/**
 * What an autoscaler needs to know, from what the replicas say of themselves.
 *
 * - `queueSeconds`: how long a request that comes now would wait for a slot;
 * - `loadRatio`: requests, running and waiting, for each slot. Above 1 some wait;
 * - `kvPressure`: the share of the caches that running sequences have reserved;
 * - `desiredReplicas`: processes of this size that would have the present requests at `targetLoad` of their slots.
 */
import { slotWaitMs } from '../balancer/expected-ttft.ts';
import type { ReplicaReport } from '../balancer/replica.ts';

export interface ScalingSignals {
  readonly queueSeconds: number;
  readonly loadRatio: number;
  readonly kvPressure: number;
  readonly desiredReplicas: number;
  /** Of this process, over the last minute; 0 where nothing was answered. */
  readonly ttftP95Seconds: number;
}

export interface ScalingInput {
  /** This process and its peers together. */
  readonly report: ReplicaReport;
  readonly processes: number;
  readonly kvCacheUsages: readonly number[];
  readonly ttftP95Ms: number | undefined;
}

/** With a fifth of the slots free a burst finds a place while another process starts. */
export const targetLoad = 0.8;

export function scalingSignals({
  report,
  processes,
  kvCacheUsages,
  ttftP95Ms = 0,
}: ScalingInput): ScalingSignals {
  const requests = report.activeSequences + report.queuedRequests;
  const slotsOfProcess = report.maxSequences / processes;
  return {
    queueSeconds: slotWaitMs(report, { requests: 0 }) / 1_000,
    loadRatio: requests / report.maxSequences,
    kvPressure: kvCacheUsages.reduce((sum, usage) => sum + usage, 0) / Math.max(1, kvCacheUsages.length),
    desiredReplicas: Math.max(1, Math.ceil(requests / (slotsOfProcess * targetLoad))),
    ttftP95Seconds: ttftP95Ms / 1_000,
  };
}
