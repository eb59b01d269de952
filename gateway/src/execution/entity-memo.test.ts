import { describe, expect, test } from 'vitest';
import { createEntityMemo } from './entity-memo.ts';

describe('the entities that a subscription remembers', () => {
  test('are used while they are fresh, and no longer', () => {
    let now = 0;
    const memo = createEntityMemo({ maxAgeMs: 100, maxEntities: 10, now: () => now });
    memo.set('a', { name: 'Ada' });
    now = 99;
    expect(memo.get('a')).toEqual({ name: 'Ada' });
    now = 100;
    expect(memo.get('a')).toBeUndefined();
  });

  test('are not changed by whoever gets them', () => {
    const memo = createEntityMemo({ maxAgeMs: 100, maxEntities: 10, now: () => 0 });
    const entity = { list: [{ a: 1 }] };
    memo.set('a', entity);
    entity.list.push({ a: 2 });
    const got = memo.get('a') as typeof entity;
    got.list.length = 0;
    expect(memo.get('a')).toEqual({ list: [{ a: 1 }] });
  });

  test('include that there is none', () => {
    const memo = createEntityMemo({ maxAgeMs: 100, maxEntities: 10, now: () => 0 });
    memo.set('a', null);
    expect([memo.get('a'), memo.get('b')]).toEqual([null, undefined]);
  });

  test('are the ones used last, where there are too many', () => {
    const memo = createEntityMemo({ maxAgeMs: 100, maxEntities: 2, now: () => 0 });
    for (const key of ['a', 'b', 'a', 'c']) if (memo.get(key) === undefined) memo.set(key, { key });
    expect([memo.get('b'), memo.get('a')]).toEqual([undefined, { key: 'a' }]);
  });
});
