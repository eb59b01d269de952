/**
 * Operations per credential, per tenant and window, counted in the shared cache, so all gateways count together. A tenant has no
 * more of them by having more keys; a key that is refused takes nothing from the others of its tenant. While the cache
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
  /** Of all credentials of a tenant together. */
  readonly operationsPerTenantWindow: number;
  readonly windowMs: number;
  /** Called for each operation that could not be counted. */
  readonly onUncounted: (error: unknown) => void;
  readonly now?: () => number;
}

export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  const { cache, operationsPerWindow, operationsPerTenantWindow, windowMs, onUncounted } = options;
  const { now = Date.now } = options;

  /** Undefined where nothing could be counted. */
  const count = (key: string): Promise<CounterResult | undefined> =>
    cache.increment(`gateway:operations:${key}`, 1, windowMs).catch((error: unknown) => {
      onUncounted(error);
      return undefined;
    });

  function judge(counted: CounterResult | undefined, limit: number, whose: 'credential' | 'tenant'): void {
    if (!counted || counted.value <= limit) return;
    const retryAfterMs = Math.max(1, counted.resetsAt.getTime() - now());
    const ofAll = whose === 'tenant' ? ' to all keys of a tenant together' : '';
    throw raise('RATE_LIMITED', {
      because: `${limit} operations in ${windowMs / 1000} s are allowed${ofAll}`,
      details: { retryAfterMs, limit, windowMs, whose },
    });
  }

  return {
    async take({ credential, identity: { tenant }, operationsPerWindow: own }) {
      const counted = await count(credential);
      judge(counted, own ?? operationsPerWindow, 'credential');
      if (counted) judge(await count(`tenant:${tenant}`), operationsPerTenantWindow, 'tenant');
    },
  };
}
