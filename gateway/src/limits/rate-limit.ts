/** Operations per credential and window, counted in the shared cache, so all gateways count together. */
import type { Cache } from '@fathom/platform/cache/cache';
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
  readonly now?: () => number;
}

export function createRateLimiter({
  cache,
  operationsPerWindow,
  windowMs,
  now = Date.now,
}: RateLimitOptions): RateLimiter {
  return {
    async take(principal) {
      const limit = principal.operationsPerWindow ?? operationsPerWindow;
      const { value, resetsAt } = await cache.increment(
        `gateway:operations:${principal.credential}`,
        1,
        windowMs,
      );
      if (value <= limit) return;
      const retryAfterMs = Math.max(1, resetsAt.getTime() - now());
      throw raise('RATE_LIMITED', {
        because: `${limit} operations in ${windowMs / 1000} s are allowed`,
        details: { retryAfterMs, limit, windowMs },
      });
    },
  };
}
