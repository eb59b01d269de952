import { expect, test } from 'vitest';
import { normaliseQuestion } from './question.ts';

test('case, spacing, typographic quotes and closing punctuation do not make another question', () => {
  const wordings = [
    'What is France’s capital?',
    "what is  france's capital",
    " What is France's\ncapital ?!",
    "WHAT IS FRANCE'S CAPITAL.",
  ];
  expect(new Set(wordings.map(normaliseQuestion))).toEqual(new Set(["what is france's capital"]));
});

test('words, numbers and marks inside make another question', () => {
  expect(normaliseQuestion('What is 1.5 + 1?')).not.toBe(normaliseQuestion('What is 15 + 1?'));
  expect(normaliseQuestion('What is 2²?')).not.toBe(normaliseQuestion('What is 22?'));
  expect(normaliseQuestion('Who is he?')).not.toBe(normaliseQuestion('Who is she?'));
});
