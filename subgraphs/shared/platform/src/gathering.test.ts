import { describe, expect, it } from 'vitest';
import { createDeferred } from './deferred.ts';
import { raisePlatform } from './errors.ts';
import { Gathering } from './gathering.ts';

describe('gathered calls', () => {
  it('of one turn go together, and those that come meanwhile with the next', async () => {
    const batches: (readonly number[])[] = [];
    const first = createDeferred();
    const gathering = new Gathering<number, number>({
      run: async (items) => {
        batches.push(items);
        if (batches.length === 1) await first.promise;
        return items.map((item) => item * 10);
      },
    });
    const early = [gathering.add(1), gathering.add(2)];
    await expect.poll(() => batches.length).toBe(1);
    const late = [gathering.add(3), gathering.add(4), gathering.add(5)];
    first.resolve();
    expect(await Promise.all([...early, ...late])).toEqual([10, 20, 30, 40, 50]);
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(await gathering.add(6)).toBe(60);
  });

  it('are no more at once than the store takes', async () => {
    const batches: number[] = [];
    const gathering = new Gathering<number, number>({
      run: async (items) => {
        batches.push(items.length);
        return items;
      },
      maxItems: 2,
    });
    await Promise.all([1, 2, 3, 4, 5].map((item) => gathering.add(item)));
    expect(batches).toEqual([2, 2, 1]);
  });

  it('are run one by one when one of them is at fault, which alone fails', async () => {
    const done: number[] = [];
    const gathering = new Gathering<number, number>({
      run: async (items) => {
        if (items.includes(2)) throw new Error('two');
        done.push(...items);
        return items;
      },
    });
    const settled = await Promise.allSettled([1, 2, 3].map((item) => gathering.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(done).toEqual([1, 3]);
  });

  it('fail together, and at once, while the store is away', async () => {
    let runs = 0;
    const gathering = new Gathering<number, number>({
      run: () => {
        runs += 1;
        return Promise.reject(raisePlatform('DEPENDENCY_UNAVAILABLE', { because: 'away' }));
      },
    });
    const settled = await Promise.allSettled([1, 2, 3].map((item) => gathering.add(item)));
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    expect(runs).toBe(1);
  });

  it('do not linger any more when they are drained', async () => {
    const gathering = new Gathering<number, number>({ run: async (items) => items, lingerMs: 3_600_000 });
    const waiting = gathering.add(1);
    await gathering.drain();
    expect(await waiting).toBe(1);
    expect(await gathering.add(2)).toBe(2);
  });
});
