import { addBuckets, type Buckets, bucketGrowth, bucketQuantile, growth } from './histogram.ts';
import type { ModelVersionCounters, TimedSnapshot } from './snapshot.ts';

/** Requests over a span of time, from the growth of counters between scrapes. A restart in between loses nothing seen. */
export interface RequestStatistics {
  readonly from: Date;
  readonly to: Date;
  readonly count: number;
  readonly perSecond: number;
  readonly errorCount: number;
  readonly errorRatio: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** Snapshots must be in order of time; those before the span's end and the last before its start are used. */
export function requestStatistics(snapshots: readonly TimedSnapshot[], span: Span): RequestStatistics {
  let count = 0;
  let errorCount = 0;
  let durations: Buckets = {};
  for (const [before, after] of pairsWithin(snapshots, span)) {
    const isRestart = before.content.startedAt !== after.content.startedAt;
    const base = isRestart ? { requests: 0, errors: 0, durations: {} } : before.content;
    count += growth(base.requests, after.content.requests);
    errorCount += growth(base.errors, after.content.errors);
    durations = addBuckets(durations, bucketGrowth(base.durations, after.content.durations));
  }
  const seconds = Math.max(1e-3, (span.to.getTime() - span.from.getTime()) / 1000);
  const quantileMs = (share: number) => toMs(bucketQuantile(durations, share));
  return {
    ...span,
    count,
    perSecond: count / seconds,
    errorCount,
    errorRatio: count === 0 ? 0 : errorCount / count,
    p50Ms: quantileMs(0.5),
    p95Ms: quantileMs(0.95),
    p99Ms: quantileMs(0.99),
  };
}

/** The span cut into equal parts, each with its own statistics, oldest first. */
export function requestHistory(
  snapshots: readonly TimedSnapshot[],
  span: Span,
  points: number,
): readonly RequestStatistics[] {
  const start = span.from.getTime();
  const width = (span.to.getTime() - start) / points;
  return Array.from({ length: points }, (_, index) =>
    requestStatistics(snapshots, {
      from: new Date(start + index * width),
      to: new Date(start + (index + 1) * width),
    }),
  );
}

export interface ModelVersionStatistics {
  readonly generationCount: number;
  readonly errorRatio: number;
  readonly unknownRatio: number;
  readonly timeToFirstTokenP50Ms: number | null;
  readonly timeToFirstTokenP95Ms: number | null;
}

const noCounters: ModelVersionCounters = { generations: 0, failed: 0, unknown: 0, timeToFirstToken: {} };

export function modelVersionStatistics(
  snapshots: readonly TimedSnapshot[],
  span: Span,
  id: string,
): ModelVersionStatistics {
  let generationCount = 0;
  let failed = 0;
  let unknown = 0;
  let firstTokens: Buckets = {};
  for (const [before, after] of pairsWithin(snapshots, span)) {
    const isRestart = before.content.startedAt !== after.content.startedAt;
    const base = (isRestart ? undefined : before.content.modelVersions[id]) ?? noCounters;
    const now = after.content.modelVersions[id] ?? base;
    generationCount += growth(base.generations, now.generations);
    failed += growth(base.failed, now.failed);
    unknown += growth(base.unknown, now.unknown);
    firstTokens = addBuckets(firstTokens, bucketGrowth(base.timeToFirstToken, now.timeToFirstToken));
  }
  return {
    generationCount,
    errorRatio: generationCount === 0 ? 0 : failed / generationCount,
    unknownRatio: generationCount === 0 ? 0 : unknown / generationCount,
    timeToFirstTokenP50Ms: toMs(bucketQuantile(firstTokens, 0.5)),
    timeToFirstTokenP95Ms: toMs(bucketQuantile(firstTokens, 0.95)),
  };
}

/** Tokens a second that a device made over the span; null where it was not seen twice. */
export function deviceTokensPerSecond(
  snapshots: readonly TimedSnapshot[],
  span: Span,
  id: string,
): number | null {
  const pairs = pairsWithin(snapshots, span);
  const [first] = pairs;
  const last = pairs.at(-1);
  if (!first || !last) return null;
  const tokens = pairs.reduce((sum, [before, after]) => {
    const isRestart = before.content.startedAt !== after.content.startedAt;
    return (
      sum +
      growth(
        isRestart ? 0 : (before.content.devices[id]?.tokens ?? 0),
        after.content.devices[id]?.tokens ?? 0,
      )
    );
  }, 0);
  return tokens / Math.max(1e-3, (last[1].at.getTime() - first[0].at.getTime()) / 1000);
}

/** The mean of a device's busy share over the span; null where it was not seen. */
export function deviceBusyRatio(snapshots: readonly TimedSnapshot[], span: Span, id: string): number | null {
  const ratios = snapshots
    .filter(({ at }) => at >= span.from && at <= span.to)
    .flatMap(({ content }) => content.devices[id]?.busyRatio ?? []);
  return ratios.length === 0 ? null : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

/** Neighbouring readings whose later one lies within the span; readings without an answer are passed over. */
function pairsWithin(
  snapshots: readonly TimedSnapshot[],
  { from, to }: Span,
): readonly (readonly [TimedSnapshot, TimedSnapshot])[] {
  const answered = snapshots.filter(({ content }) => content.startedAt !== null);
  return answered.flatMap((after, index) => {
    const before = answered[index - 1];
    return before && after.at > from && after.at <= to ? [[before, after] as const] : [];
  });
}

function toMs(seconds: number | undefined): number | null {
  return seconds === undefined ? null : seconds * 1000;
}
