/**
 * What was computed whole before, by everything that determines it.
 *
 *   find: memory of this process (L1) --not there--> the cache that instances share (L2) --not there--> nobody computed it
 *
 * A key holds tenant, version (an adapter is a version of its own), precision and input, so a promotion needs no purge. Of
 * several who ask for the same at once in this process one computes, and the others wait for what it keeps. Where it leaves or
 * fails, one of them computes next. Where it ends and has kept nothing, one more tries; after the second nothing is to be
 * expected, and the others compute at once instead of one behind the other. A cache that is down, or holds what is not
 * understood, has nothing.
 */
import { createHash } from 'node:crypto';
import type { Cache } from '@fathom/platform/cache/cache';
import { LruMap } from '@fathom/platform/cache/lru-map';
import type { Logger } from '@fathom/platform/logging';
import type { ZodType } from 'zod';

export interface ExactCacheOptions<Value> {
  readonly cache: Cache;
  /** Part of every key. */
  readonly name: string;
  readonly schema: ZodType<Value>;
  readonly ttlMs: number;
  /** Of this process's own memory. */
  readonly maxBytes?: number;
  readonly now?: () => number;
  readonly logger: Logger;
}

export interface Once<Value> {
  /** Of who asks: aborts waiting for who computes the same; then `compute` is called. */
  readonly signal: AbortSignal;
  readonly show: (value: Value) => Promise<void>;
  /** Computes, and keeps what may be kept. */
  readonly compute: () => Promise<void>;
}

export interface ExactCache<Key, Value> {
  find(key: Key): Promise<Value | undefined>;
  keep(key: Key, value: Value): Promise<void>;
  /** Shows what there is, or computes it. */
  once(key: Key, options: Once<Value>): Promise<void>;
}

/** How somebody's computing of a key ended for those who wait for it. */
type Ending = 'ended' | 'left';

/** So many who ended and kept nothing are waited for. */
const mostFruitless = 2;

export function createExactCache<Key extends readonly unknown[], Value>(
  options: ExactCacheOptions<Value>,
): ExactCache<Key, Value> {
  const { cache, name, schema, ttlMs, maxBytes = 16 * 1024 * 1024, now = Date.now, logger } = options;
  const memory = new LruMap({ maxBytes, now });
  const underWay = new Map<string, Promise<Ending>>();
  const hashOf = (key: Key): string =>
    `${name}:${createHash('sha256').update(JSON.stringify(key)).digest('hex')}`;

  const find = async (key: string): Promise<Value | undefined> => {
    const remembered = memory.get(key);
    if (remembered !== undefined) return schema.safeParse(JSON.parse(remembered)).data;
    try {
      const found = schema.safeParse(await cache.get(key)).data;
      if (found !== undefined) memory.set(key, JSON.stringify(found), now() + ttlMs);
      return found;
    } catch (error) {
      logger.warn({ err: error }, 'the cache could not be read');
      return undefined;
    }
  };

  const computeFirst = async (
    key: string,
    { compute, signal }: Pick<Once<Value>, 'compute' | 'signal'>,
  ): Promise<void> => {
    const computed = compute();
    const ended = computed
      .then(
        (): Ending => (signal.aborted ? 'left' : 'ended'),
        (): Ending => 'left',
      )
      .finally(() => underWay.delete(key));
    underWay.set(key, ended);
    await computed;
  };

  return {
    find: (key) => find(hashOf(key)),
    async keep(parts, value) {
      const key = hashOf(parts);
      memory.set(key, JSON.stringify(value), now() + ttlMs);
      await cache
        .set(key, value, { ttlMs })
        .catch((error: unknown) => logger.warn({ err: error }, 'the cache could not be written'));
    },
    async once(parts, { signal, show, compute }) {
      const key = hashOf(parts);
      for (let fruitless = 0; fruitless < mostFruitless; ) {
        const found = await find(key);
        if (found !== undefined) return show(found);
        const other = underWay.get(key);
        if (!other) return computeFirst(key, { compute, signal });
        const ending = await endOrAbort(other, signal);
        if (ending === 'aborted') return compute();
        if (ending === 'ended') fruitless++;
      }
      const found = await find(key);
      return found === undefined ? compute() : show(found);
    },
  };
}

function endOrAbort(ended: Promise<Ending>, signal: AbortSignal): Promise<Ending | 'aborted'> {
  return new Promise((resolve) => {
    const abort = (): void => resolve('aborted');
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    void ended.then((ending) => {
      signal.removeEventListener('abort', abort);
      resolve(ending);
    });
  });
}
