import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStopStringFilter } from './stop-strings.ts';

function run(
  pieces: readonly string[],
  stopStrings: readonly string[],
): { shown: string; isStopped: boolean } {
  const filter = createStopStringFilter(stopStrings);
  let shown = '';
  for (const piece of pieces) {
    const { text, isStopped } = filter.push(piece);
    shown += text;
    if (isStopped) return { shown, isStopped: true };
  }
  return { shown: shown + filter.flush(), isStopped: false };
}

test('a stop string spread over tokens ends the text before its first character', () => {
  expect(run(['Paris', '.\n', '\nQ', ': next'], ['\n\nQ:'])).toEqual({ shown: 'Paris.', isStopped: true });
});

test('a tail that only began like a stop string is shown as soon as it is decided', () => {
  const filter = createStopStringFilter(['END']);
  expect(filter.push('the E')).toEqual({ text: 'the ', isStopped: false });
  expect(filter.push('N')).toEqual({ text: '', isStopped: false });
  expect(filter.push('T')).toEqual({ text: 'ENT', isStopped: false });
});

test('the stop string that is complete first wins', () => {
  expect(run(['abcdef'], ['ef', 'cd'])).toEqual({ shown: 'ab', isStopped: true });
});

test('however the text is cut into tokens, the outcome is that of the whole text', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 30 });
  const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 2, maxLength: 4 }), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(letters, stops, fc.array(fc.nat(5), { maxLength: 40 }), (text, stopStrings, cuts) => {
      const pieces: string[] = [];
      let rest = text;
      for (const cut of cuts) {
        pieces.push(rest.slice(0, cut));
        rest = rest.slice(cut);
      }
      pieces.push(rest);
      expect(run(pieces, stopStrings).shown).toBe(firstWhole(text, stopStrings));
    }),
  );
});

/** Character by character: the text ends at the first moment any stop string is complete. */
function firstWhole(text: string, stopStrings: readonly string[]): string {
  for (let end = 1; end <= text.length; end++) {
    const complete = stopStrings
      .filter((stop) => text.slice(0, end).endsWith(stop))
      .map((stop) => stop.length);
    if (complete.length > 0) return text.slice(0, end - Math.max(...complete));
  }
  return text;
}
