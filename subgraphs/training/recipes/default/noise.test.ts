import { describe, expect, it } from 'vitest';
import { addNoise, type NoiseShares } from './noise.ts';
import { createRandom } from './random.ts';

const none: NoiseShares = {
  opener: 0,
  closer: 0,
  lowerCase: 0,
  upperCase: 0,
  noPunctuation: 0,
  typo: 0,
  droppedWord: 0,
};
const question = 'What is the capital of Liechtenstein?';
const samples = (shares: Partial<NoiseShares>) =>
  Array.from({ length: 200 }, (_, index) =>
    addNoise(question, 'Liechtenstein', { ...none, ...shares }, createRandom(index, 'noise')),
  );

describe('noise', () => {
  it('misspells the wording and never the subject', () => {
    const typed = samples({ typo: 1 });
    expect(typed.every((text) => text.includes('Liechtenstein'))).toBe(true);
    expect(new Set(typed.map((text) => text.replace(/ ?[?.!]+$/, ''))).size).toBeGreaterThan(10);
  });

  it('writes in lower case without a question mark as hurried users do', () => {
    expect(samples({ lowerCase: 1, noPunctuation: 1 })).toContain('what is the capital of liechtenstein');
  });

  it('leaves something of a question that is punctuation alone', () => {
    const text = addNoise('...', '', { ...none, noPunctuation: 1 }, createRandom(1, 'noise'));
    expect(text).not.toBe('');
  });

  it('keeps a subject that opens the sentence as it is written', () => {
    const texts = Array.from({ length: 50 }, (_, index) =>
      addNoise('Fe is which element?', 'Fe', { ...none, opener: 1 }, createRandom(index, 'opener')),
    );
    expect(texts.every((text) => text.includes('Fe is'))).toBe(true);
  });
});
