/** Sums over the last seconds of a device's life: how long it computed, how many tokens it made. */
export interface RollingWindow {
  add(sample: { readonly busyMs: number; readonly tokens: number }): void;
  /** Shares and rates over the window, or over the time since the beginning where that is shorter. */
  read(): { readonly busyRatio: number; readonly tokensPerSecond: number };
}

export interface RollingWindowOptions {
  readonly windowMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

const buckets = 20;

/**
 * Samples fall into 20 buckets of the window, so memory is constant and a reading is at most a twentieth of the
 * window out of date.
 */
export function createRollingWindow({ windowMs, now }: RollingWindowOptions): RollingWindow {
  const bucketMs = windowMs / buckets;
  const startedAt = now();
  const ring = new Map<number, { busyMs: number; tokens: number }>();
  const forgetOld = (current: number): void => {
    for (const index of ring.keys()) if (index <= current - buckets) ring.delete(index);
  };
  return {
    add({ busyMs, tokens }) {
      const index = Math.floor(now() / bucketMs);
      forgetOld(index);
      const bucket = ring.get(index) ?? { busyMs: 0, tokens: 0 };
      ring.set(index, { busyMs: bucket.busyMs + busyMs, tokens: bucket.tokens + tokens });
    },
    read() {
      const current = Math.floor(now() / bucketMs);
      forgetOld(current);
      const keptSince = (current - buckets + 1) * bucketMs;
      const spanMs = Math.max(1, now() - Math.max(startedAt, keptSince));
      let busyMs = 0;
      let tokens = 0;
      for (const bucket of ring.values()) {
        busyMs += bucket.busyMs;
        tokens += bucket.tokens;
      }
      return { busyRatio: Math.min(1, busyMs / spanMs), tokensPerSecond: (tokens * 1000) / spanMs };
    },
  };
}
