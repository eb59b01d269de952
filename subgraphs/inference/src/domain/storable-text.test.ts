import { expect, test } from 'vitest';
import { storableText } from './storable-text.ts';

test('a NUL that a model wrote becomes the replacement character, anything else stays', () => {
  expect(storableText('a\0b\0')).toBe('a\uFFFDb\uFFFD');
  expect(storableText('Paris \u{1F680}\n')).toBe('Paris \u{1F680}\n');
});
