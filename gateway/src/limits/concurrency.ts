/**
 * Operations and streams open at once in this gateway, per credential and per tenant. A place is taken by what was
 * admitted and given back when it ends, however it ends; one more is refused, not queued.
 */
import type { Principal } from '../auth/principal.ts';
import { raise } from '../errors.ts';

export interface ConcurrencyLimits {
  readonly perCredential: number;
  readonly perTenant: number;
}

export interface Concurrency {
  /** Throws TOO_MANY_OPERATIONS. */
  requireRoom(principal: Principal): void;
  /** Give it back by calling what it returns. */
  take(principal: Principal): () => void;
}

export function createConcurrency({ perCredential, perTenant }: ConcurrencyLimits): Concurrency {
  const open = new Map<string, number>();

  function change(name: string, by: number): void {
    const count = (open.get(name) ?? 0) + by;
    // Names come from clients' keys: what is not in use must not be remembered.
    if (count === 0) open.delete(name);
    else open.set(name, count);
  }

  return {
    requireRoom({ credential, identity: { tenant } }) {
      if ((open.get(credential) ?? 0) >= perCredential)
        throw raise('TOO_MANY_OPERATIONS', {
          because: `${perCredential} of one key at once`,
          details: { allowed: perCredential, per: 'credential' },
        });
      if ((open.get(`tenant:${tenant}`) ?? 0) >= perTenant)
        throw raise('TOO_MANY_OPERATIONS', {
          because: `${perTenant} of one tenant at once`,
          details: { allowed: perTenant, per: 'tenant' },
        });
    },
    take({ credential, identity: { tenant } }) {
      const names = [credential, `tenant:${tenant}`];
      for (const name of names) change(name, 1);
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        for (const name of names) change(name, -1);
      };
    },
  };
}
