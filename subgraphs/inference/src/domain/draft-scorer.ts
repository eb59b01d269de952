/** How sure a model is of a draft, by the calibration of its version, or by a plain default where it has none. */
import { answerConfidence, type Calibration } from './answer-confidence.ts';
import type { DraftScorer } from './confidence-gate.ts';

export interface QuestionScorer {
  readonly score: DraftScorer;
  /** A draft of at least this score may be shown. */
  readonly bound: number;
  readonly calibrationVersion: string;
}

/**
 * The default for versions without `calibration.json`: the score is the probability of the least likely token, and
 * half is enough. Coarse (AUROC 0.81 to 0.92 on facts), but it never claims what the model itself finds unlikely.
 */
const uncalibrated = { bound: 0.5, version: 'uncalibrated-minimum-probability' } as const;
const refusalPattern = /^\s*i (?:do not|don't|don’t) know\b/i;

export function createQuestionScorer(question: string, calibration: Calibration | undefined): QuestionScorer {
  if (!calibration) {
    return {
      score: scoreByLeastLikelyToken,
      bound: uncalibrated.bound,
      calibrationVersion: uncalibrated.version,
    };
  }
  return {
    bound: calibration.bound,
    calibrationVersion: calibration.version,
    score(tokens, isWhole) {
      const answerText = tokens.map(({ text }) => text).join('');
      const tokenLogProbabilities = tokens.map(({ logProbability }) => logProbability);
      return answerConfidence({ question, answerText, tokenLogProbabilities, isWhole }, calibration);
    },
  };
}

const scoreByLeastLikelyToken: DraftScorer = (tokens) => {
  const text = tokens.map((token) => token.text).join('');
  const isRefusal = refusalPattern.test(text);
  if (isRefusal || text.trim() === '') return { score: 0, isRefusal };
  return { score: Math.exp(Math.min(...tokens.map((token) => token.logProbability))), isRefusal };
};
