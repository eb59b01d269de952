import { describe, expect, it } from 'vitest';
import { uuidV7 } from './uuid-v7.ts';

describe('a UUID version 7', () => {
  it('carries its version, its variant and its milliseconds', () => {
    const id = uuidV7(0x0190_1234_5678);
    expect(id).toMatch(/^01901234-5678-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('sorts by the time it was made', () => {
    const times = [5, 1, 3, 2, 4].map((n) => n * 1_000_000_000);
    const sorted = times.map((time) => uuidV7(time)).sort();
    expect(sorted.map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16))).toEqual(
      [...times].sort((a, b) => a - b),
    );
  });

  it('is never made twice in the same millisecond', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => uuidV7(1))).size).toBe(10_000);
  });
});
