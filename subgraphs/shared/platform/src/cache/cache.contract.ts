import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cache } from './cache.ts';

/** Where a cache keeps its values, and how processes that share it open it. */
export interface CacheTarget {
  /** A handle as a process of its own would open it; the same one again where processes share nothing. */
  open(): Promise<Cache>;
  /** SIGKILL and a new start of the server; absent where there is none. */
  readonly killServer?: (() => Promise<void>) | undefined;
  close(): Promise<void>;
}

const patience = { timeout: 20_000, interval: 5 };
const hourMs = 3_600_000;

/** What every cache promises (`cache.ts`). */
export function cacheContract(
  name: string,
  createTarget: () => Promise<CacheTarget>,
  { hasServer }: { readonly hasServer: boolean } = { hasServer: true },
): void {
  describe(`the ${name} cache`, () => {
    let target: CacheTarget;
    let cache: Cache;
    let key: string;
    const opened: Cache[] = [];

    beforeAll(async () => {
      target = await createTarget();
    });
    beforeEach(async () => {
      key = `key-${randomUUID()}`;
      cache = await openAnother();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((handle) => handle.close()));
    });
    afterAll(() => target?.close());

    async function openAnother(): Promise<Cache> {
      const handle = await target.open();
      opened.push(handle);
      return handle;
    }

    it('gives back any JSON value, to every process that shares it, and tells null from absent', async () => {
      const value = { text: 'naïve 😀 \u0000', list: [1, 2.5, null], deep: { flag: true } };
      await cache.set(key, value, { ttlMs: hourMs });
      await cache.set(`${key}-null`, null, { ttlMs: hourMs });
      const other = await openAnother();
      expect(await other.get(key)).toEqual(value);
      expect(await other.get(`${key}-null`)).toBeNull();
      expect(await other.get(`${key}-absent`)).toBeUndefined();
    });

    it('answers for many keys in the order in which they were asked', async () => {
      await cache.set(`${key}-a`, 'a', { ttlMs: hourMs });
      await cache.set(`${key}-b`, 'b', { ttlMs: hourMs });
      expect(await cache.getMany([`${key}-b`, `${key}-absent`, `${key}-a`, `${key}-b`])).toEqual([
        'b',
        undefined,
        'a',
        'b',
      ]);
      expect(await cache.getMany([])).toEqual([]);
    });

    it('replaces and deletes', async () => {
      await cache.set(key, 1, { ttlMs: hourMs });
      await cache.set(key, 2, { ttlMs: hourMs });
      expect(await cache.get(key)).toBe(2);
      await cache.delete(key);
      await cache.delete(key);
      expect(await cache.get(key)).toBeUndefined();
    });

    it('forgets a value when its time is over', async () => {
      await cache.set(key, 'short-lived', { ttlMs: 30 });
      await vi.waitFor(async () => expect(await cache.get(key)).toBeUndefined(), patience);
    });

    it('keeps its own copy: what callers do to a value changes nobody else’s', async () => {
      const value = { list: [1] };
      await cache.set(key, value, { ttlMs: hourMs });
      value.list.push(2);
      const got = (await cache.get(key)) as { list: number[] };
      got.list.push(3);
      expect(await cache.get(key)).toEqual({ list: [1] });
    });

    it('loads once for all who ask at the same time, and not at all for who asks later', async () => {
      let loads = 0;
      const load = async () => ({ load: ++loads });
      const answers = await Promise.all([1, 2, 3].map(() => cache.getOrLoad(key, { ttlMs: hourMs }, load)));
      expect(answers).toEqual([{ load: 1 }, { load: 1 }, { load: 1 }]);
      const other = await openAnother();
      expect(await other.getOrLoad(key, { ttlMs: hourMs }, load)).toEqual({ load: 1 });
      expect(loads).toBe(1);
    });

    it('does not cache a load that failed: all who waited get the error, the next caller loads again', async () => {
      let loads = 0;
      const load = async () => {
        if (++loads === 1) throw new Error('no source');
        return 'loaded';
      };
      const first = await Promise.allSettled([1, 2].map(() => cache.getOrLoad(key, { ttlMs: hourMs }, load)));
      expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(await cache.getOrLoad(key, { ttlMs: hourMs }, load)).toBe('loaded');
      expect(loads).toBe(2);
    });

    it('counts every increment of every process exactly once, in one window', async () => {
      const other = await openAnother();
      const counts = await Promise.all(
        Array.from({ length: 60 }, (_, index) => (index % 2 ? cache : other).increment(key, 1, hourMs)),
      );
      expect(counts.map(({ value }) => value).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 60 }, (_, index) => index + 1),
      );
      const leftMs = counts[0]!.resetsAt.getTime() - Date.now();
      expect(leftMs).toBeGreaterThan(hourMs - 60_000);
      expect(leftMs).toBeLessThan(hourMs + 60_000);
    });

    it('does not lengthen a counter’s window by counting', async () => {
      const first = await cache.increment(key, 2.5, hourMs);
      const second = await cache.increment(key, 1, 2 * hourMs);
      expect([first.value, second.value]).toEqual([2.5, 3.5]);
      expect(Math.abs(second.resetsAt.getTime() - first.resetsAt.getTime())).toBeLessThan(60_000);
    });

    it('begins again at nought when the window is over', async () => {
      await cache.increment(key, 1, 30);
      await vi.waitFor(async () => expect((await cache.increment(key, 1, 30)).value).toBe(1), {
        ...patience,
        interval: 100,
      });
    });

    it('gives a lock to one at a time, with a token that grows', async () => {
      const other = await openAnother();
      const attempts = await Promise.all(
        [cache, other, cache, other].map((handle) => handle.acquireLock(key, hourMs)),
      );
      const [held, ...more] = attempts.filter((lock) => lock !== undefined);
      expect(more).toEqual([]);
      expect(await other.acquireLock(`${key}-another`, hourMs)).toBeDefined();
      await held!.release();
      const next = await other.acquireLock(key, hourMs);
      expect(next!.token).toBeGreaterThan(held!.token);
    });

    it('passes an expired lock on; its former holder learns of it and cannot release the new one', async () => {
      const former = (await cache.acquireLock(key, 20))!;
      const next = await vi.waitFor(async () => {
        const lock = await cache.acquireLock(key, hourMs);
        expect(lock).toBeDefined();
        return lock!;
      }, patience);
      expect(next.token).toBeGreaterThan(former.token);
      expect(await former.extend(hourMs)).toBe(false);
      await former.release();
      expect(await cache.acquireLock(key, hourMs)).toBeUndefined();
      expect(await next.extend(hourMs)).toBe(true);
    });

    // A cache inside the process has no server that could be killed.
    if (!hasServer) return;
    it('answers again after its server was killed, and lock tokens still grow', async () => {
      const before = (await cache.acquireLock(key, 1))!;
      await target.killServer?.();
      await vi.waitFor(() => cache.ping(), patience);
      await cache.set(key, 'after', { ttlMs: hourMs });
      expect(await cache.get(key)).toBe('after');
      const after = await vi.waitFor(async () => {
        const lock = await cache.acquireLock(key, hourMs);
        expect(lock).toBeDefined();
        return lock!;
      }, patience);
      expect(after.token).toBeGreaterThan(before.token);
    });
  });
}
