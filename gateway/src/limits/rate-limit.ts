/**
 * Operations per credential and window, counted in the shared cache, so all gateways count together. While the cache
 * does not answer nothing is counted and everyone is let in: a limit must not turn its own outage into everyone's.
 */
import type { Cache, CounterResult } from '@fathom/platform/cache/cache';
import type { Principal } from '../auth/principal.ts';
import { raise } from '../errors.ts';

export interface RateLimiter {
  /** Throws RATE_LIMITED with `retryAfterMs`. */
  take(principal: Principal): Promise<void>;
}

export interface RateLimitOptions {
  readonly cache: Pick<Cache, 'increment'>;
  readonly operationsPerWindow: number;
  readonly windowMs: number;
  /** Called for each operation that could not be counted. */
  readonly onUncounted: (error: unknown) => void;
  readonly now?: () => number;
}

export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  const { cache, operationsPerWindow, windowMs, onUncounted, now = Date.now } = options;

  function judge({ value, resetsAt }: CounterResult, limit: number): void {
    if (value <= limit) return;
    const retryAfterMs = Math.max(1, resetsAt.getTime() - now());
    throw raise('RATE_LIMITED', {
      because: `${limit} operations in ${windowMs / 1000} s are allowed`,
      details: { retryAfterMs, limit, windowMs },
    });
  }

  return {
    take({ credential, operationsPerWindow: own }) {
      const limit = own ?? operationsPerWindow;
      return cache
        .increment(`gateway:operations:${credential}`, 1, windowMs)
        .then((counted) => judge(counted, limit), onUncounted);
    },
  };
}
