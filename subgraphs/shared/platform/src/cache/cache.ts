/**
 * The cache: values with a lifetime, counters for rate limits, locks. Nothing in it may be the only copy of anything.
 * Implementations: in-process (one process), Postgres (processes share), Redis. One contract suite holds all three.
 */
export interface SetOptions {
  readonly ttlMs: number;
}

export interface CounterResult {
  /** The counter after the increment. */
  readonly value: number;
  /** When the window ends and the counter starts again at 0. */
  readonly resetsAt: Date;
}

export interface Lock {
  /** Grows with every acquisition of this name: a fencing token for writes made under the lock. */
  readonly token: bigint;
  /** False if the lock was lost meanwhile. */
  extend(ttlMs: number): Promise<boolean>;
  release(): Promise<void>;
}

export interface Cache {
  /** `in-process`, `postgres` or `redis`, as the banner and /readyz say it. */
  readonly implementation: string;
  /** The JSON value, or `undefined` if absent or expired. */
  get(key: string): Promise<unknown>;
  getMany(keys: readonly string[]): Promise<readonly unknown[]>;
  set(key: string, value: unknown, options: SetOptions): Promise<void>;
  delete(key: string): Promise<void>;
  /** The value, or what `load` returns: concurrent callers in this process share one load. A failing load is not cached. */
  getOrLoad<T>(key: string, options: SetOptions, load: () => Promise<T>): Promise<T>;
  /** Adds to a fixed-window counter, atomically across processes that share the cache. */
  increment(key: string, by: number, windowMs: number): Promise<CounterResult>;
  /** The lock, or `undefined` if somebody holds it. */
  acquireLock(name: string, ttlMs: number): Promise<Lock | undefined>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
