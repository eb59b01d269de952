import { expect, test } from 'vitest';
import { parseCsv } from './csv.ts';

test('quoted fields hold commas, doubled quotes and line ends, and lines keep their numbers', () => {
  const text = 'a,b\r\n"x, ""y""","two\nlines"\r\n\r\nlast,one';
  expect(parseCsv(text)).toEqual({
    rows: [
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['x, "y"', 'two\nlines'] },
      { line: 5, fields: ['last', 'one'] },
    ],
    problems: [],
  });
});

test('an empty last field counts, a byte order mark does not', () => {
  expect(parseCsv('\uFEFFa,\n').rows).toEqual([{ line: 1, fields: ['a', ''] }]);
});

test.each([
  ['a\n"never closed', 2, /never closed/],
  ['a\n"b"c', 2, /behind a closing quote/],
  ['a\nb"c', 2, /inside a field/],
])('%j names what is wrong on its line', (text, line, message) => {
  expect(parseCsv(text).problems).toEqual([{ line, message: expect.stringMatching(message) }]);
});
