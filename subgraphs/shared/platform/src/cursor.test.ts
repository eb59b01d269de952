import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, type KeyPart } from './cursor.ts';

const refused = expect.objectContaining({ code: 'BAD_USER_INPUT', details: { field: 'after' } });

const written: Readonly<Record<KeyPart, readonly string[]>> = {
  text: ['', 'ü/+ 😀', '\ud800', "'; drop table model; --"],
  moment: ['0001-01-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  uuid: ['0198f0c2-7b1c-7000-8000-0123456789ab'],
  integer: ['0', '7', '2147483647'],
  offset: ['0', '2147483648', '9007199254740991'],
};

const forged: Readonly<Record<KeyPart, readonly string[]>> = {
  text: ['a\0b'],
  moment: [
    '',
    'x',
    'now',
    'infinity',
    '2024',
    '2024-01-01',
    '2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00.000',
    '2024-01-01T00:00:00.000+23:59',
    '2023-02-29T00:00:00.000Z',
    '2024-13-01T00:00:00.000Z',
    '0000-01-01T00:00:00.000Z',
    '-000001-01-01T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    '2024-01-01T00:00:00.000Z\0',
  ],
  uuid: ['', 'x', '0198f0c27b1c700080000123456789ab', '{0198f0c2-7b1c-7000-8000-0123456789ab}'],
  integer: ['', ' ', '-1', '+1', '1.5', '1e3', '0x1', '01', '2147483648', 'NaN', 'Infinity', '٣'],
  offset: ['', '-1', '1e3', '9007199254740992', '9'.repeat(400)],
};

const each = (of: Readonly<Record<KeyPart, readonly string[]>>) =>
  (Object.keys(of) as KeyPart[]).flatMap((kind) => of[kind].map((part) => [kind, part] as const));

test.each(each(written))('a part that is %s may be %j', (kind, part) => {
  expect(decodeCursor(encodeCursor(['first', part]), ['text', kind])).toEqual(['first', part]);
});

test.each(each(forged))('no part that is %s is %j', (kind, part) => {
  expect(() => decodeCursor(encodeCursor(['first', part]), ['text', kind])).toThrow(refused);
});

test.each([
  ['nothing', ''],
  ['no base64', '%%%'],
  ['no JSON', Buffer.from('["a"').toString('base64url')],
  ['invalid UTF-8', Buffer.from([0x5b, 0x22, 0xff]).toString('base64url')],
  ['too few parts', encodeCursor([])],
  ['too many parts', encodeCursor(['a', 'b'])],
  ['no list', Buffer.from('{"0":"a","length":1}').toString('base64url')],
  ['null', Buffer.from('null').toString('base64url')],
  ['a number for a text', Buffer.from('[1]').toString('base64url')],
  ['a list for a text', Buffer.from('[["a"]]').toString('base64url')],
])('a cursor of %s is refused', (_, cursor) => {
  expect(() => decodeCursor(cursor, ['text'])).toThrow(refused);
});
