import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitWords } from './words.ts';

test('a sentence comes in words that keep their spaces', () => {
  expect(splitWords('Ask  Ada\nnow.')).toEqual(['Ask  ', 'Ada\n', 'now.']);
});

test('the pieces are the text, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(splitWords(text).join('')).toBe(text);
    }),
  );
});
