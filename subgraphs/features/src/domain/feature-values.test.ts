import { parseDateTime } from '@fathom/platform/date-time';
import { expect, test } from 'vitest';
import { checkValue } from './feature-values.ts';

test.each([
  ['STRING', 'x', 'x'],
  ['INTEGER', -3, -3],
  ['FLOAT', 0.5, 0.5],
  ['BOOLEAN', false, false],
  ['DATE_TIME', '2024-01-01T02:00:00+02:00', '2024-01-01T00:00:00.000Z'],
  ['FLOAT_LIST', [1, 2.5], [1, 2.5]],
  ['STRING', null, null],
] as const)('%s takes %j as %j', (type, given, normal) => {
  expect(checkValue(type, given)).toEqual({ kind: 'valid', value: normal });
});

test.each([
  ['STRING', 1],
  ['INTEGER', 1.5],
  ['INTEGER', 2 ** 53],
  ['INTEGER', '1'],
  ['FLOAT', Number.NaN],
  ['BOOLEAN', 0],
  ['DATE_TIME', '2024-01-01'],
  ['DATE_TIME', '2024-13-01T00:00:00Z'],
  ['FLOAT_LIST', [1, null]],
] as const)('%s refuses %j', (type, given) => {
  expect(checkValue(type, given).kind).toBe('invalid');
});

test('a moment without an offset is refused: its zone would be a guess', () => {
  expect(parseDateTime('2024-01-01T00:00:00')).toBeUndefined();
});

test.each(['2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '0000-01-01T00:00:00Z', '2026-01-01T25:00:00Z'])(
  '%s is no moment',
  (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  },
);

test('the last day of a leap February is a moment', () => {
  expect(parseDateTime('2028-02-29T23:30:00-05:00')?.toISOString()).toBe('2028-03-01T04:30:00.000Z');
});
