import { expect, test } from 'vitest';
import { checkValue, parseDateTime } from './feature-values.ts';

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
