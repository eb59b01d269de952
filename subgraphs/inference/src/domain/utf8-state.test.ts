import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterBytes } from './utf8-state.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isText(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

test('bytes are whole characters exactly where a strict decoder takes them', () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xf5),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 5 }), (list) => {
      const bytes = Uint8Array.from(list);
      expect(afterBytes('start', bytes) === 'start').toBe(isText(bytes));
    }),
    { numRuns: 5_000 },
  );
});

test('every text is read, however it is cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, cut) => {
      const bytes = new TextEncoder().encode(text);
      const at = bytes.length === 0 ? 0 : cut % bytes.length;
      const half = afterBytes('start', bytes.subarray(0, at));
      expect(half && afterBytes(half, bytes.subarray(at))).toBe('start');
    }),
  );
});
