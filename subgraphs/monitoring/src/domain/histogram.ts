/** A histogram's cumulative counts by upper bound (`+Inf` included), as Prometheus exposes them. */
export type Buckets = Readonly<Record<string, number>>;

export function addBuckets(a: Buckets, b: Buckets): Buckets {
  const sum: Record<string, number> = { ...a };
  for (const [bound, count] of Object.entries(b)) sum[bound] = (sum[bound] ?? 0) + count;
  return sum;
}

/** The growth from one reading to the next; the whole of the later one where the process restarted in between. */
export function growth(before: number, after: number): number {
  return after >= before ? after - before : after;
}

export function bucketGrowth(before: Buckets, after: Buckets): Buckets {
  const isReset = (after['+Inf'] ?? 0) < (before['+Inf'] ?? 0);
  return Object.fromEntries(
    Object.entries(after).map(([bound, count]) => [bound, isReset ? count : count - (before[bound] ?? 0)]),
  );
}

/**
 * The value below which a share of the observations lies, interpolated within its bucket as Prometheus'
 * `histogram_quantile` does; undefined where there are none. Beyond the last finite bound it is that bound.
 */
export function bucketQuantile(buckets: Buckets, share: number): number | undefined {
  const sorted = Object.entries(buckets)
    .map(([bound, count]) => ({ bound: bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound), count }))
    .sort((a, b) => a.bound - b.bound);
  const total = sorted.at(-1)?.count ?? 0;
  if (total <= 0) return undefined;
  const rank = share * total;
  let lower = { bound: 0, count: 0 };
  for (const upper of sorted) {
    if (upper.count >= rank) {
      if (!Number.isFinite(upper.bound)) return lower.bound;
      const inBucket = upper.count - lower.count;
      return inBucket === 0
        ? upper.bound
        : lower.bound + ((rank - lower.count) / inBucket) * (upper.bound - lower.bound);
    }
    lower = upper;
  }
  return lower.bound;
}
