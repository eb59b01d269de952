/**
 * Operations and streams open at once, per credential and per tenant, over all gateways. A place is taken by what was
 * admitted and given back when it ends, however it ends; one more is refused, not queued.
 *
 * Gateways do not ask each other about each operation: each holds permits of a name, a few more than it needs, and asks for
 * more when they are used up. The sum of what all hold never exceeds the limit. Permits are leases: a gateway that is
 * killed renews none, and within seconds the others may use them.
 *
 *     limit 1,000   | gateway A: 240 in use, 250 held | gateway B: 3 in use, 50 held | free: 700 |
 *
 * Without the database each gateway goes by the limit alone, until it is back.
 */
import { randomUUID } from 'node:crypto';
import type { Principal } from '../auth/principal.ts';
import { raise } from '../errors.ts';
import type { LeaseStore } from '../stores/lease-store.ts';

export interface ConcurrencyLimits {
  readonly perCredential: number;
  readonly perTenant: number;
}

export interface ConcurrencyOptions extends ConcurrencyLimits {
  /** Absent where one gateway is alone. */
  readonly leases?: LeaseStore | undefined;
  readonly onUnshared?: (error: unknown) => void;
  readonly lifetimeMs?: number;
}

export interface Concurrency {
  /** Throws TOO_MANY_OPERATIONS. A promise only where permits must be asked for. */
  requireRoom(principal: Principal): Promise<void> | undefined;
  /** Give it back by calling what it returns. */
  take(principal: Principal): () => void;
  /** Other limits from now on. What is open stays open, and counts. */
  relimit(limits: ConcurrencyLimits): void;
  /** What this gateway holds is free for others at once. */
  close(): Promise<void>;
}

interface Place {
  readonly name: string;
  limit: number;
  readonly per: 'credential' | 'tenant';
  inUse: number;
  /** The most in use since the last renewal. */
  peak: number;
  permits: number;
  /** Resolves with whether there are more permits than before. */
  asking: Promise<boolean> | undefined;
}

const defaultLifetimeMs = 6_000;

export function createConcurrency(options: ConcurrencyOptions): Concurrency {
  const { leases, onUnshared, lifetimeMs = defaultLifetimeMs } = options;
  let limits: ConcurrencyLimits = options;
  const gateway = randomUUID();
  const places = new Map<string, Place>();

  function place(name: string, limit: number, per: Place['per']): Place {
    let found = places.get(name);
    if (!found) {
      found = { name, limit, per, inUse: 0, peak: 0, permits: leases ? 0 : limit, asking: undefined };
      places.set(name, found);
    }
    return found;
  }

  function placesOf({ credential, identity: { tenant } }: Principal): readonly [Place, Place] {
    return [
      place(credential, limits.perCredential, 'credential'),
      place(`tenant:${tenant}`, limits.perTenant, 'tenant'),
    ];
  }

  async function askFor(wanting: Place): Promise<boolean> {
    const { name, limit, permits: before } = wanting;
    try {
      if (!leases) return false;
      // What runs on although its lease was lost is held first.
      const wanted = spareOf(wanting) + Math.max(0, wanting.inUse - wanting.permits);
      wanting.permits = await leases.acquire({ gateway, name, limit, wanted, lifetimeMs });
    } catch (error) {
      onUnshared?.(error);
      wanting.permits = limit;
    }
    return wanting.permits > before;
  }

  async function makeRoom(wanting: readonly Place[]): Promise<void> {
    for (const one of wanting) {
      // Again while there is more to be had: what was let in before may have taken all of an answer before it came.
      while (one.inUse >= one.permits) {
        // Those that come meanwhile wait for the same answer.
        one.asking ??= askFor(one).finally(() => {
          one.asking = undefined;
        });
        const hasMore = await one.asking;
        if (!hasMore && one.inUse >= one.permits) throw refusal(one);
      }
    }
  }

  async function renew(): Promise<void> {
    if (!leases) return;
    const held = [...places.values()].filter(({ permits }) => permits > 0);
    if (held.length === 0) return;
    const wanted = held.map((one) => ({
      name: one.name,
      permits: one.peak === 0 ? 0 : Math.min(one.permits, one.peak + spareOf(one)),
    }));
    for (const one of held) one.peak = one.inUse;
    // Before the answer: what is given back may be another's by then.
    for (const [index, one] of held.entries()) one.permits = wanted[index]?.permits ?? 0;
    try {
      const still = await leases.renew(gateway, wanted, lifetimeMs);
      for (const one of held) if (!still.has(one.name)) one.permits = 0;
    } finally {
      for (const one of places.values()) forget(one);
    }
  }

  /** Names come from clients' keys: what is not in use must not be remembered. */
  function forget(one: Place): void {
    if (one.inUse === 0 && (!leases || one.permits === 0) && !one.asking) places.delete(one.name);
  }

  let renewing: Promise<void> | undefined;
  const timer = leases
    ? setInterval(() => {
        renewing ??= renew()
          .catch((error: unknown) => onUnshared?.(error))
          .finally(() => {
            renewing = undefined;
          });
      }, lifetimeMs / 3)
    : undefined;
  timer?.unref();

  return {
    requireRoom(principal) {
      const known = [places.get(principal.credential), places.get(`tenant:${principal.identity.tenant}`)];
      if (leases) {
        const hasRoom = known.every((one) => one !== undefined && one.inUse < one.permits);
        return hasRoom ? undefined : makeRoom(placesOf(principal));
      }
      for (const one of known) if (one && one.inUse >= one.permits) throw refusal(one);
      return undefined;
    },
    take(principal) {
      const taken = placesOf(principal);
      for (const one of taken) {
        one.inUse += 1;
        one.peak = Math.max(one.peak, one.inUse);
      }
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        for (const one of taken) {
          one.inUse -= 1;
          forget(one);
        }
      };
    },
    relimit(wanted) {
      limits = wanted;
      for (const one of places.values()) {
        one.limit = one.per === 'credential' ? wanted.perCredential : wanted.perTenant;
        // A lease that is larger than the limit is used up to the limit, and given back with its next renewal.
        one.permits = leases ? Math.min(one.permits, one.limit) : one.limit;
      }
    },
    async close() {
      clearInterval(timer);
      await renewing;
      await leases?.release(gateway).catch((error: unknown) => onUnshared?.(error));
    },
  };
}

/** Held beyond what is in use, so that not every operation asks; of a small limit nothing that others may need. */
const spareOf = ({ limit }: Place): number => Math.max(1, Math.min(50, Math.floor(limit / 20)));

function refusal({ limit, per }: Place): Error {
  return raise('TOO_MANY_OPERATIONS', {
    because: `${limit} of one ${per === 'credential' ? 'key' : 'tenant'} at once`,
    details: { allowed: limit, per },
  });
}
