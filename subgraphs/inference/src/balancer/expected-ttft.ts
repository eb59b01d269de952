/**
 * How long a request would wait for its first token on a replica, milliseconds:
 *
 *   slot wait     what is ahead of it, in rounds of a full batch, each as long as a request lately took
 *   memory wait   the same, for the share of the KV cache that has to become free before it fits
 *   prefill       tokens ahead of its own and its own, without those in the cache, at the learned speed
 *   loading       what is not in memory yet
 *
 * Slot and memory become free together, so the longer of the two counts.
 */
import type { PlacementRequest, ReplicaReport } from './replica.ts';

/** Requests that this balancer has placed since the report, which the report cannot know. */
export interface SinceReport {
  readonly requests: number;
  readonly prefillTokens: number;
  readonly kvTokens: number;
}

export interface LoadingCosts {
  /** Reading a model version into memory. */
  readonly modelMs: number;
  readonly adapterMs: number;
}

export interface TtftInput {
  readonly report: ReplicaReport;
  readonly since: SinceReport;
  readonly request: PlacementRequest;
  readonly cachedTokens: number;
  readonly loading: LoadingCosts;
}

export function expectedTtftMs({ report, since, request, cachedTokens, loading }: TtftInput): number {
  const ownTokens = request.promptTokens - cachedTokens;
  const prefillTokens = report.pendingPrefillTokens + since.prefillTokens + ownTokens;
  const prefillMs = (prefillTokens * 1_000) / Math.max(1, report.prefillTokensPerSecond);
  return (
    Math.max(slotWaitMs(report, since), memoryWaitMs(report, since, request)) +
    prefillMs +
    loadingMs(report, request, loading)
  );
}

/** Until a slot is free for one more request. */
export function slotWaitMs(report: ReplicaReport, since: Pick<SinceReport, 'requests'>): number {
  const { activeSequences, queuedRequests, maxSequences, meanRequestMs } = report;
  const ahead = activeSequences + queuedRequests + since.requests;
  if (ahead < maxSequences) return 0;
  // The first of a full batch ends after its share of a request's time, the last after all of it.
  return ((ahead - maxSequences + 1) / maxSequences) * meanRequestMs;
}

function memoryWaitMs(report: ReplicaReport, since: SinceReport, request: PlacementRequest): number {
  const missing = request.promptTokens + request.maxTokens - (report.freeKvTokens - since.kvTokens);
  if (missing <= 0 || report.activeSequences === 0) return 0;
  const tokensAsequence = request.promptTokens + request.maxTokens;
  return (missing / tokensAsequence / report.activeSequences) * report.meanRequestMs;
}

function loadingMs(
  { resident }: ReplicaReport,
  { model, adapter }: PlacementRequest,
  loading: LoadingCosts,
): number {
  const modelMs = resident.has(model) ? 0 : loading.modelMs;
  return modelMs + (adapter === undefined || resident.has(adapter) ? 0 : loading.adapterMs);
}
