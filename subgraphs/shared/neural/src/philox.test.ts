import { describe, expect, it } from 'vitest';
import { philox } from './philox.ts';

const words = (...args: Parameters<typeof philox> extends [infer C, infer K, unknown] ? [C, K] : never) => {
  const out = new Uint32Array(4);
  philox(...args, out);
  return [...out].map((word) => word.toString(16).padStart(8, '0')).join(' ');
};

describe('philox', () => {
  it("gives the authors' known answers (Random123, kat_vectors, philox4x32 10)", () => {
    const all = 0xffffffff;
    expect(words([0, 0, 0, 0], [0, 0])).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    expect(words([all, all, all, all], [all, all])).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
    expect(words([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toBe(
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    );
  });
});
