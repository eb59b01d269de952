import { describe, expect, it } from 'vitest';
import type { Fact } from '../facts/fact.ts';
import { factQuestion, refusedQuestion } from '../questions.ts';
import { mostLikely } from './answerer.ts';
import { calibrate } from './calibrate.ts';
import { type Asked, isRight } from './evaluate.ts';
import { fitLogistic } from './logistic-regression.ts';

const fact: Fact = {
  relation: 'capital',
  subject: 'the Netherlands',
  aliases: ['Holland'],
  value: 'Amsterdam',
  source: { file: 'country-json/src/country-by-capital-city.json' },
};

describe('an answer', () => {
  it('is right in any of the names of its subject, and wrong with another value', () => {
    const question = factQuestion(fact, 'What is the capital of {x}?', 'Holland');
    expect(isRight(question, 'The capital of Holland is Amsterdam.')).toBe(true);
    expect(isRight(question, 'the capital of the Netherlands is Amsterdam')).toBe(true);
    expect(isRight(question, 'The capital of Holland is Rotterdam.')).toBe(false);
  });

  it('to an unknown question is right only as a refusal', () => {
    const question = refusedQuestion('inventedName', 'What is the capital of {x}?', 'Zorgland');
    expect(isRight(question, 'I do not know.')).toBe(true);
    expect(isRight(question, 'The capital of Zorgland is Paris.')).toBe(false);
  });
});

describe('the most likely token', () => {
  it('comes with its log-probability', () => {
    const { id, logProbability } = mostLikely(Float32Array.of(0, Math.log(3), 0));
    expect(id).toBe(1);
    expect(Math.exp(logProbability)).toBeCloseTo(0.6, 6);
  });
});

describe('the logistic fit', () => {
  it('finds the odds of a table', () => {
    const examples = [
      { signals: [1], isGood: true, weight: 3 },
      { signals: [1], isGood: false, weight: 1 },
      { signals: [0], isGood: true, weight: 1 },
      { signals: [0], isGood: false, weight: 1 },
    ];
    const { intercept, weights } = fitLogistic(examples, { ridge: 1e-6, iterations: 30 });
    expect(intercept).toBeCloseTo(0, 4);
    expect(weights[0]).toBeCloseTo(Math.log(3), 3);
  });
});

describe('a calibration', () => {
  const known = (index: number): Asked => ({
    question: factQuestion(fact, 'What is the capital of {x}?', 'the Netherlands'),
    answer: { text: 'The capital of the Netherlands is Amsterdam.', tokenLogProbabilities: [-0.001 * index] },
    isRight: true,
  });
  const unknown = (index: number): Asked => ({
    question: refusedQuestion('inventedName', 'What is the capital of {x}?', `Zorgland${index}`),
    answer: { text: 'The capital of Peru is Lima.', tokenLogProbabilities: [-0.5 - 0.01 * index] },
    isRight: false,
  });
  const asked = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((index) => [known(index), unknown(index)]);

  it('separates what is known from what is made up, and says how well on other questions', () => {
    const { bound, report, version } = calibrate(asked, asked);
    expect(bound).toBeGreaterThan(0);
    expect(report.testSplit).toMatchObject({
      knownAnswered: 1,
      rightAmongAnswered: 1,
      unknownAnswered: { inventedName: 0 },
    });
    expect(version).toBe(calibrate(asked, asked).version);
  });
});
