import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CacheRows } from './cache-rows.ts';

describe('CacheRows', () => {
  it('keeps every slot with its contents through any sequence of gathers', () => {
    const subsets = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }));
    fc.assert(
      fc.property(subsets, (rounds) => {
        const rows = new CacheRows(6);
        const contents = [0, 1, 2, 3, 4, 5];
        for (const slots of rounds) {
          const block = rows.gather(slots, (a, b) => {
            [contents[a], contents[b]] = [contents[b]!, contents[a]!];
          });
          expect([...block.slots].sort()).toEqual([...slots].sort());
          expect(contents.slice(block.first, block.first + slots.length)).toEqual(block.slots);
          for (let slot = 0; slot < 6; slot += 1) expect(contents[rows.rowOf(slot)]).toBe(slot);
        }
      }),
    );
  });

  it('moves nothing while the same slots are decoded, nor when they are consecutive rows already', () => {
    const rows = new CacheRows(8);
    const moves: [number, number][] = [];
    const record = (a: number, b: number): void => {
      moves.push([a, b]);
    };
    rows.gather([4, 3, 5], record);
    expect(moves).toEqual([]);
    rows.gather([0, 7], record);
    rows.gather([7, 0], record);
    expect(moves).toEqual([[1, 7]]);
  });
});
