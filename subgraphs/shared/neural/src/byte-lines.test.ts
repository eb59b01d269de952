import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ByteLine, LineSplitter } from './byte-lines.ts';

function split(chunks: readonly Buffer[], maxLineBytes = 1_000): ByteLine[] {
  const splitter = new LineSplitter(maxLineBytes);
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

test('lines are the same wherever the bytes are cut into chunks, and know where they begin', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r') }),
      fc.array(fc.nat(20)),
      (text, cuts) => {
        const bytes = Buffer.from(text);
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        const lines = split(chunks);
        const expected = text === '' ? [] : text.replace(/\n$/, '').split('\n');
        expect(lines.map((line) => line.kind === 'line' && line.bytes.toString())).toEqual(expected);
        expect(lines.map(({ number }) => number)).toEqual(expected.map((_, index) => index + 1));
        for (const { byteOffset } of lines.slice(1)) expect(bytes[byteOffset - 1]).toBe(0x0a);
      },
    ),
  );
});

test('a line that is too long is told with its length and not held', () => {
  const chunks = Array.from({ length: 50 }, () => Buffer.alloc(10, 'x'));
  expect(split([Buffer.from('a\n'), ...chunks, Buffer.from('y\nb')], 100)).toEqual([
    { kind: 'line', number: 1, byteOffset: 0, bytes: Buffer.from('a') },
    { kind: 'too-long', number: 2, byteOffset: 2, lengthBytes: 501 },
    { kind: 'line', number: 3, byteOffset: 504, bytes: Buffer.from('b') },
  ]);
});
