import { describe, expect, it } from 'vitest';
import { RELATION_IDS } from '../facts/relations.ts';
import { ask, phrasingKey, phrasings } from './phrasings.ts';

describe.each(RELATION_IDS)('the phrasings of %s', (relation) => {
  const keys = (split: 'train' | 'validation' | 'test') =>
    new Set(phrasings(relation, split).map(phrasingKey));

  it('are at least 30 to train with, 3 to look at and 4 to measure with', () => {
    expect(keys('train').size).toBeGreaterThanOrEqual(30);
    expect(keys('validation').size).toBeGreaterThanOrEqual(3);
    expect(keys('test').size).toBeGreaterThanOrEqual(4);
  });

  it('are in one split only', () => {
    const [train, validation, test] = [keys('train'), keys('validation'), keys('test')];
    expect([...validation, ...test].filter((key) => train.has(key))).toEqual([]);
    expect([...test].filter((key) => validation.has(key))).toEqual([]);
  });

  it('all have a place for the subject and none left for a noun', () => {
    for (const split of ['train', 'validation', 'test'] as const) {
      for (const template of phrasings(relation, split)) {
        expect(template).toMatch(/\{[xw]\}/);
        expect(template).not.toContain('{n}');
      }
    }
  });
});

describe('a question', () => {
  it('opens with a capital, and drops the article where the wording brings its own', () => {
    expect(ask('{x} is on which continent?', 'the Bahamas')).toBe('The Bahamas is on which continent?');
    expect(ask('Define the word {w}.', 'a dog')).toBe('Define the word dog.');
  });
});
