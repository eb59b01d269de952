import { expect, test } from 'vitest';
import { CsvReader, type CsvRow } from './csv.ts';

function read(text: string, maxRowCharacters = 1_000): CsvRow[] {
  const reader = new CsvReader(maxRowCharacters);
  const rows = text.split('\n').flatMap((line, index) => reader.push(line, index + 1) ?? []);
  return [...rows, ...[reader.end()].filter((row) => row !== undefined)];
}

test('fields in quotes hold commas, doubled quotes and line ends; rows know their first line', () => {
  expect(read('a,b\r\n"x, ""y""","two\r\nlines"\r\n\r\nlast,""\n')).toEqual([
    { line: 1, fields: ['a', 'b'], problems: [] },
    { line: 2, fields: ['x, "y"', 'two\r\nlines'], problems: [] },
    { line: 5, fields: ['last', ''], problems: [] },
  ]);
});

test('an empty field is one, also at the end of a line', () => {
  expect(read('a,,\n,\r\n')).toEqual([
    { line: 1, fields: ['a', '', ''], problems: [] },
    { line: 2, fields: ['', ''], problems: [] },
  ]);
});

test('misplaced quotes are named by their line', () => {
  expect(read('a"b,c\n"d"e,f\n"open,g\nh')).toEqual([
    { line: 1, fields: ['a"b', 'c'], problems: ['has a quote inside a field that does not begin with one'] },
    { line: 2, fields: ['de', 'f'], problems: ['has text behind a closing quote'] },
    { line: 3, fields: [], problems: ['opens a quote that is never closed'] },
  ]);
});

test('a quote that is not closed costs no more than the longest row: reading goes on behind it', () => {
  expect(read(`"open,${'x'.repeat(20)}\nmore\nc,d`, 20)).toEqual([
    { line: 1, fields: [], problems: ['opens a quote that is not closed within 20 characters'] },
    { line: 2, fields: ['more'], problems: [] },
    { line: 3, fields: ['c', 'd'], problems: [] },
  ]);
});
