import { expect, test } from 'vitest';
import { prefixSaltOf } from './prefix-salt.ts';

const key = (byte: number) => ({ d: Buffer.alloc(32, byte).toString('base64url') });

test('replicas with one signing key have one salt, which is not that key; another key has another', () => {
  const salt = prefixSaltOf(key(1));
  expect(salt).toHaveLength(32);
  expect(prefixSaltOf(key(1))).toEqual(salt);
  expect(prefixSaltOf(key(2))).not.toEqual(salt);
  expect(Buffer.from(salt).toString('base64url')).not.toBe(key(1).d);
});
