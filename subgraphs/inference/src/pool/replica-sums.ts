/** Several replicas as one. */
import type { ReplicaReport } from '../balancer/replica.ts';
import type { DeviceLoad } from '../domain/admission.ts';

/** What they can take between them, and what they have; undefined where there are none. */
export function capacityOf(reports: readonly ReplicaReport[]): DeviceLoad | undefined {
  const [first, ...others] = reports;
  if (!first) return undefined;
  const { activeSequences, queuedRequests, maxSequences, maxQueued, meanRequestMs } = sumOf([
    first,
    ...others,
  ]);
  return { requests: activeSequences + queuedRequests, maxSequences, maxQueued, meanRequestMs };
}

/** Each request takes as long as it takes on one of them; what they hold and compute adds up. */
export function sumOf(reports: readonly [ReplicaReport, ...ReplicaReport[]]): ReplicaReport {
  const total = (of: (report: ReplicaReport) => number): number =>
    reports.reduce((sum, report) => sum + of(report), 0);
  return {
    ...reports[0],
    atMs: Math.min(...reports.map(({ atMs }) => atMs)),
    activeSequences: total((report) => report.activeSequences),
    maxSequences: total((report) => report.maxSequences),
    queuedRequests: total((report) => report.queuedRequests),
    maxQueued: total((report) => report.maxQueued),
    pendingPrefillTokens: total((report) => report.pendingPrefillTokens),
    freeKvTokens: total((report) => report.freeKvTokens),
    prefillTokensPerSecond: total((report) => report.prefillTokensPerSecond),
    meanRequestMs: total((report) => report.meanRequestMs) / reports.length,
    resident: new Set(reports.flatMap(({ resident }) => [...resident])),
  };
}
