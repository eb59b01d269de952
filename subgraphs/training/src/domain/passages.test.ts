import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PassageReader } from './passages.ts';

function read(text: string): string[] {
  const reader = new PassageReader();
  const found = text.split('\n').flatMap((line) => reader.push(line) ?? []);
  return [...found, ...reader.end()];
}

test('paragraphs are put together until they are long enough, and parted where a blank line is', () => {
  const paragraph = `${'word '.repeat(120)}end.`;
  expect(read('\n\nshort\r\nlines\r\n\r\nand more\n')).toEqual(['short\nlines\n\nand more']);
  expect(read([paragraph, paragraph, paragraph].join('\n\n'))).toEqual([
    `${paragraph}\n\n${paragraph}`,
    paragraph,
  ]);
});

test('a paragraph that is too long is cut between lines, and a line that is too long at a space', () => {
  const line = 'x'.repeat(99);
  const byLines = read(Array.from({ length: 100 }, () => line).join('\n'));
  expect(byLines.map(({ length }) => length)).toEqual([3999, 3999, 1999]);
  const bySpaces = read('word '.repeat(2_000));
  expect(bySpaces.every((text) => text.length <= 4_000 && text.startsWith('word'))).toBe(true);
  expect(read('😀'.repeat(5_000)).join('')).toBe('😀'.repeat(5_000));
});

test('no word is lost, whatever the text is', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('word', '\n', ' ', 'x'.repeat(1_500), '\n\n')), (parts) => {
      const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
      const text = parts.join('');
      // A word longer than a passage is the only thing that is cut.
      fc.pre(words(text).every(({ length }) => length < 4_000));
      expect(words(read(text).join('\n'))).toEqual(words(text));
    }),
  );
});
