/** A quantile of what happened lately: exact over the samples of the last `windowMs`, of which at most `maxSamples` are kept. */
export interface RecentQuantile {
  add(value: number): void;
  /** Undefined where nothing happened lately. */
  read(share: number): number | undefined;
}

export interface RecentQuantileOptions {
  readonly windowMs: number;
  readonly maxSamples: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export function createRecentQuantile({ windowMs, maxSamples, now }: RecentQuantileOptions): RecentQuantile {
  const samples: { readonly atMs: number; readonly value: number }[] = [];
  const forgetOld = (): void => {
    const since = now() - windowMs;
    const recent = samples.findIndex(({ atMs }) => atMs >= since);
    samples.splice(0, recent < 0 ? samples.length : recent);
  };
  return {
    add(value) {
      samples.push({ atMs: now(), value });
      // In one go now and then: taking the first of an array away moves all the others.
      if (samples.length >= 2 * maxSamples) samples.splice(0, samples.length - maxSamples);
    },
    read(share) {
      forgetOld();
      const sorted = samples
        .slice(-maxSamples)
        .map(({ value }) => value)
        .sort((a, b) => a - b);
      return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
    },
  };
}
