import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstInvalidUtf8 } from './utf8.ts';

test('the place where bytes stop being UTF-8 is found, and nothing valid is called invalid', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => firstInvalidUtf8(Buffer.from(text)) === undefined),
  );
  for (const [valid, invalid] of [
    ['abc', [0xff]],
    ['é€', [0xe2, 0x82]], // cut short
    ['x', [0xc0, 0xaf]], // overlong
    ['', [0xed, 0xa0, 0x80]], // a surrogate
    ['😀', [0xf4, 0x90, 0x80, 0x80]], // beyond the last code point
  ] as const) {
    const bytes = Buffer.concat([Buffer.from(valid), Buffer.from(invalid), Buffer.from('tail')]);
    expect(firstInvalidUtf8(bytes)).toBe(Buffer.byteLength(valid));
  }
});
