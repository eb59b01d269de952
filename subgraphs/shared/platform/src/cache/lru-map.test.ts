import { describe, expect, it } from 'vitest';
import { LruMap } from './lru-map.ts';

const forever = Number.POSITIVE_INFINITY;

describe('LruMap', () => {
  it('stays within its bytes and drops what was used longest ago', () => {
    const map = new LruMap({ maxBytes: 3 * (2 * 11 + 120), now: () => 0 });
    for (const key of ['a', 'b', 'c']) map.set(key, 'x'.repeat(10), forever);
    map.get('a');
    map.set('d', 'x'.repeat(10), forever);
    expect(['a', 'b', 'c', 'd'].filter((key) => map.get(key) !== undefined)).toEqual(['a', 'c', 'd']);
    expect(map.bytes).toBeLessThanOrEqual(426);
  });

  it('gives back the bytes of what expired, was replaced or was deleted', () => {
    let now = 0;
    const map = new LruMap({ maxBytes: 10_000, now: () => now });
    map.set('expires', 'value', 10);
    map.set('replaced', 'long value', forever);
    map.set('replaced', 'v', forever);
    map.set('deleted', 'value', forever);
    map.delete('deleted');
    now = 10;
    expect(map.get('expires')).toBeUndefined();
    map.delete('replaced');
    expect(map.bytes).toBe(0);
  });

  it('does not empty itself for a value that can never fit, and forgets the value that one replaces', () => {
    const map = new LruMap({ maxBytes: 1_000, now: () => 0 });
    map.set('small', 'value', forever);
    map.set('large', 'old', forever);
    map.set('large', 'x'.repeat(2_000), forever);
    expect(map.get('small')).toBe('value');
    expect(map.get('large')).toBeUndefined();
  });
});
