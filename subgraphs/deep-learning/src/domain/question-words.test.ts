import { expect, test } from 'vitest';
import { normaliseQuestion, overlap, questionWords } from './question-words.ts';

test('names are capitalised words within a sentence and everything with a digit', () => {
  expect([...questionWords('When did Marie Curie visit room 7B? Lisbon was cold.').names].sort()).toEqual([
    '7b',
    'curie',
    'marie',
  ]);
});

test('content leaves out function words and folds plural and tense', () => {
  expect([...questionWords('How are the backups of databases created?').content].sort()).toEqual([
    'backup',
    'creat',
    'databas',
  ]);
});

test.each([
  ['Who founded it?', 'person'],
  ['What time is it?', 'time'],
  ['How often is it?', 'frequency'],
  ['How many days is it?', 'duration'],
  ['How many are there?', 'amount'],
  ['How do I open it?', 'manner'],
  ['Which one is it?', 'any'],
])('%s asks for %s', (question, kind) => {
  expect(questionWords(question).asksFor).toBe(kind);
});

test('normalising folds case, punctuation, white space and compatibility characters', () => {
  expect(normaliseQuestion('  What’s the “WiFi”\tpassword?! ')).toBe('what s the wifi password');
  expect(normaliseQuestion('Ｗｈａｔ？')).toBe('what');
});

test('overlap is 1 for equal sets, 0 for disjoint ones and for one that is empty', () => {
  expect(overlap(new Set(['a']), new Set(['a']))).toBe(1);
  expect(overlap(new Set(['a']), new Set(['b']))).toBe(0);
  expect(overlap(new Set(), new Set(['b']))).toBe(0);
  expect(overlap(new Set(['a', 'b']), new Set(['b', 'c']))).toBe(0.5);
});
