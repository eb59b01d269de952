import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

test('a cursor comes back as the position it was made from', () => {
  const position = { generationId: '0190c0de-0000-7000-8000-000000000001', sequence: 42 };
  expect(decodeCursor(encodeCursor(position))).toEqual(position);
});

test.each([
  '',
  'hello',
  '%%%',
  Buffer.from('id:0').toString('base64url'),
  Buffer.from('id:1e9').toString('base64url'),
])('the string %j is no cursor', (text) => expect(decodeCursor(text)).toBeUndefined());
