import { describe, expect, it } from 'vitest';
import { choosePrecision } from './choose-precision.ts';
import { precisions } from './weight-product.ts';

describe('choosePrecision', () => {
  it.each([
    [1, 'int4'],
    [2, 'int4'],
    [3, 'int8'],
    [16, 'int8'],
  ])('takes for batches of up to %i the precision that decodes them fastest', (maxSlots, expected) => {
    expect(choosePrecision({ requested: 'auto', maxSlots, available: precisions })).toBe(expected);
  });

  it('takes what is asked for, and the next best where a folder does not have it', () => {
    const of = (requested: (typeof precisions)[number], ...available: (typeof precisions)[number][]) =>
      choosePrecision({ requested, maxSlots: 16, available });
    expect(of('fp32', 'int8', 'fp32')).toBe('fp32');
    expect(of('fp32', 'int4', 'int8')).toBe('int8');
    expect(of('int8', 'fp32', 'int4')).toBe('int4');
    expect(of('int4', 'fp32')).toBe('fp32');
    expect(of('int4')).toBeUndefined();
  });
});
