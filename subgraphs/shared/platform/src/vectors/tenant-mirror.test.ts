import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TenantMirror } from './tenant-mirror.ts';

const unit = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));
const bytes = (vector: Float32Array) => Buffer.from(vector.buffer);

describe('a tenant mirror', () => {
  it('gives the same answers as a plain list after any sequence of changes', () => {
    const change = fc.record({
      id: fc.integer({ min: 0, max: 12 }),
      angle: fc.option(fc.double({ min: 0, max: 6, noNaN: true })),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.integer({ min: 1, max: 15 }), (changes, limit) => {
        const mirror = new TenantMirror(2);
        const list = new Map<string, Float32Array>();
        changes.forEach(({ id, angle }, index) => {
          const vector = angle === null ? null : unit(angle);
          if (vector) list.set(`v${id}`, vector);
          else list.delete(`v${id}`);
          mirror.apply(
            [{ id: `v${id}`, vector: vector && bytes(vector), metadata: index }],
            BigInt(index + 1),
          );
        });
        const query = unit(1);
        const score = (vector: Float32Array) =>
          Math.fround(
            (vector[0] as number) * (query[0] as number) + (vector[1] as number) * (query[1] as number),
          );
        const expected = [...list]
          .map(([id, vector]) => ({ id, score: score(vector) }))
          .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
          .slice(0, limit)
          .map(({ id }) => id);
        expect(mirror.nearest(query, limit).map(({ id }) => id)).toEqual(expected);
        expect(mirror.version).toBe(BigInt(changes.length));
      }),
    );
  });
});
