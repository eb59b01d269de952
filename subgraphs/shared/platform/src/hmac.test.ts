import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createHmacSha256 } from './hmac.ts';

test('is what node:crypto makes, for keys and texts of any length, one after another under one key', () => {
  for (const keyBytes of [0, 1, 31, 32, 63, 64, 65, 200]) {
    const key = randomBytes(keyBytes);
    const hmac = createHmacSha256(key);
    for (const length of [0, 1, 55, 56, 64, 300, 960, 961, 5_000, 3]) {
      const text = `${randomBytes(length).toString('latin1')}€`;
      expect(hmac(text)).toBe(createHmac('sha256', key).update(text).digest('base64url'));
    }
  }
});
