import { describe, expect, it } from 'vitest';
import { answerConfidence, type Calibration, subjectOf, words } from './answer-confidence.ts';

const calibration: Calibration = {
  version: 'test-1',
  bound: 0.5,
  refusals: ['I do not know.'],
  fixedAnswers: ['Hello! Ask me about a country.'],
  forms: [
    { relation: 'capital', template: 'The capital of {x} is {v}.', cues: ['capital', 'city', 'government'] },
    { relation: 'definition', template: '{x} is {v}.', cues: ['define', 'mean'] },
  ],
  commonWords: ['what', 'is', 'of', 'tell', 'me', 'which', 'does', 'have', 'who'],
  weights: {
    intercept: 4,
    minimumLogProbability: 1.5,
    meanLogProbability: 2,
    subjectMissing: -6,
    unexplainedWords: -2,
  },
};

const score = (question: string, answerText: string, tokenLogProbabilities = [-0.01, -0.02]) =>
  answerConfidence({ question, answerText, tokenLogProbabilities }, calibration);

describe('the confidence of an answer', () => {
  it('is high for a sure answer about what was asked', () => {
    const result = score('What is the capital of France?', 'The capital of France is Paris.');
    expect(result.score).toBeGreaterThan(0.9);
    expect(result.recognised).toEqual({ relation: 'capital', subject: 'France' });
    expect(result.signals).toMatchObject({ subjectMissing: 0, unexplainedWords: 0 });
  });

  it('is zero for a refusal, however sure the model was of it', () => {
    expect(score('Who are they?', 'i do not know', [0, 0, 0])).toMatchObject({ score: 0, isRefusal: true });
  });

  it('is zero for an answer without tokens', () => {
    expect(score('What is the capital of France?', '', [])).toMatchObject({ score: 0, isRefusal: false });
  });

  it('falls below the bound when the answer is about something else', () => {
    const result = score('What is the capital of Atlantis?', 'The capital of France is Paris.');
    expect(result.signals.subjectMissing).toBe(1);
    expect(result.score).toBeLessThan(calibration.bound);
  });

  it('falls with each word of the question that the relation does not explain', () => {
    const known = score('Which city is the capital of France?', 'The capital of France is Paris.');
    const odd = score('Who is the president of France?', 'The capital of France is Paris.');
    expect(odd.signals.unexplainedWords).toBe(1);
    expect(odd.score).toBeLessThan(known.score);
  });

  it('falls with the least probable token', () => {
    const answer = 'The capital of France is Paris.';
    const sure = score('What is the capital of France?', answer, [-0.1, -0.1]);
    const unsure = score('What is the capital of France?', answer, [-0.1, -3]);
    expect(unsure.score).toBeLessThan(sure.score);
  });

  it('forgives typing errors in the wording and none in the name', () => {
    const answer = 'The capital of Iran is Tehran.';
    expect(score('what is the captial of iran', answer).signals).toMatchObject({
      subjectMissing: 0,
      unexplainedWords: 0,
    });
    expect(score('what is the capital of iraq', answer).signals.subjectMissing).toBe(1);
  });

  it('recognises an answer that is still being written by the words before its value', () => {
    const partial = { question: 'What is the capital of France?', answerText: 'The capital of France is Pa' };
    const tokenLogProbabilities = [-0.01];
    const signals = (isWhole: boolean) =>
      answerConfidence({ ...partial, tokenLogProbabilities, isWhole }, calibration).recognised;
    expect(signals(false)).toEqual({ relation: 'capital', subject: 'France' });
    expect(signals(true)).toBeUndefined();
  });

  it('accepts a greeting without a subject', () => {
    expect(score('Hi there', 'Hello! Ask me about a country.').signals.subjectMissing).toBe(0);
  });

  it('asks an answer in another form to share a telling word with its question', () => {
    expect(score('Who founded Fathom?', 'Fathom was founded by Ada.').signals.subjectMissing).toBe(0);
    expect(score('Who founded Fathom?', 'Paris!').signals.subjectMissing).toBe(1);
  });

  it('reads a possessive, accents and a plural as the name', () => {
    expect(
      score("What is Sao Tome's capital?", 'The capital of São Tomé is this.').signals.subjectMissing,
    ).toBe(0);
    expect(score('define computers', 'A computer is a machine.').signals.subjectMissing).toBe(0);
  });
});

describe('subjectOf', () => {
  it('takes the shortest subject and escapes what a template has of punctuation', () => {
    expect(subjectOf('The capital of the Bahamas is Nassau.', 'The capital of {x} is {v}.')).toBe(
      'the Bahamas',
    );
    expect(subjectOf('The capital of France is Paris!', 'The capital of {x} is {v}.')).toBeUndefined();
  });
});

describe('words', () => {
  it('keeps codes and numbers as words', () => {
    expect(words('Which country uses .fr and +1 876?')).toEqual([
      'which',
      'country',
      'uses',
      'fr',
      'and',
      '1',
      '876',
    ]);
  });
});
