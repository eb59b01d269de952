import type { Logger } from 'pino';
import type { Cache, CounterResult, Lock, SetOptions } from './cache.ts';
import { LruMap } from './lru-map.ts';
import { createSingleFlight } from './single-flight.ts';

export interface InProcessCacheOptions {
  readonly logger: Logger;
  /** Bound of all values together; the least recently used go first. */
  readonly maxBytes?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

interface Counter {
  value: number;
  readonly resetsAt: number;
}

interface HeldLock {
  readonly token: bigint;
  expiresAt: number;
}

/**
 * The cache of a single process. Values are kept as JSON text, as the shared caches keep them: what a caller does to an
 * object that it got changes nobody else's.
 */
export function createInProcessCache({
  logger,
  maxBytes = 64 * 1024 * 1024,
  now = Date.now,
}: InProcessCacheOptions): Cache {
  const values = new LruMap({ maxBytes, now });
  const counters = new Map<string, Counter>();
  const locks = new Map<string, HeldLock>();
  // Begins at the clock, so that tokens also grow from one run of the process to the next.
  let lastToken = BigInt(now()) * 1_000n;

  async function get(key: string): Promise<unknown> {
    const text = values.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async function set(key: string, value: unknown, { ttlMs }: SetOptions): Promise<void> {
    values.set(key, JSON.stringify(value ?? null), now() + ttlMs);
  }

  async function increment(key: string, by: number, windowMs: number): Promise<CounterResult> {
    const known = counters.get(key);
    const counter = known && known.resetsAt > now() ? known : { value: 0, resetsAt: now() + windowMs };
    counter.value += by;
    counters.set(key, counter);
    return { value: counter.value, resetsAt: new Date(counter.resetsAt) };
  }

  async function acquireLock(name: string, ttlMs: number): Promise<Lock | undefined> {
    const holder = locks.get(name);
    if (holder && holder.expiresAt > now()) return undefined;
    const held: HeldLock = { token: ++lastToken, expiresAt: now() + ttlMs };
    locks.set(name, held);
    const stillHeld = () => locks.get(name) === held && held.expiresAt > now();
    return {
      token: held.token,
      extend: async (extensionMs) => {
        if (!stillHeld()) return false;
        held.expiresAt = now() + extensionMs;
        return true;
      },
      release: async () => {
        if (locks.get(name) === held) locks.delete(name);
      },
    };
  }

  function sweep(): void {
    for (const [key, { resetsAt }] of counters) if (resetsAt <= now()) counters.delete(key);
    for (const [name, { expiresAt }] of locks) if (expiresAt <= now()) locks.delete(name);
  }
  const sweeper = setInterval(sweep, 60_000).unref();

  return {
    implementation: 'in-process',
    get,
    getMany: (keys) => Promise.all(keys.map(get)),
    set,
    delete: async (key) => values.delete(key),
    getOrLoad: createSingleFlight({ get, set, logger }),
    increment,
    acquireLock,
    ping: async () => undefined,
    close: async () => clearInterval(sweeper),
  };
}
