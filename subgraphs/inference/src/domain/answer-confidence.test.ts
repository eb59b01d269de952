import { describe, expect, it } from 'vitest';
import { answerConfidence, parseCalibration } from './answer-confidence.ts';

const json = {
  version: 'facts-1',
  bound: 0.6,
  refusals: ['I do not know.'],
  fixedAnswers: [],
  forms: [{ relation: 'capital', template: 'The capital of {x} is {v}.', cues: ['capital'] }],
  commonWords: ['what', 'is', 'of'],
  weights: {
    intercept: 4,
    minimumLogProbability: 1,
    meanLogProbability: 1,
    subjectMissing: -6,
    unexplainedWords: -2,
  },
};

describe('a calibration file', () => {
  it('gives the bound that a score is held against, and ignores the report of its fit', () => {
    const calibration = parseCalibration({ ...json, report: { rightAmongAnswered: 0.99 } });
    const known = answerConfidence(
      {
        question: 'What is the capital of Peru?',
        answerText: 'The capital of Peru is Lima.',
        tokenLogProbabilities: [-0.01],
      },
      calibration,
    );
    expect(known.score).toBeGreaterThan(calibration.bound);
  });

  it('is refused with the path of what is wrong', () => {
    expect(() => parseCalibration({ ...json, bound: 2 })).toThrow(/bound/);
    expect(() => parseCalibration({ ...json, forms: [{ ...json.forms[0], template: 'Yes.' }] })).toThrow(
      /template/,
    );
  });
});
