import type { Calibration } from '@fathom/neural/confidence/answer-confidence';
import { z } from 'zod';

/**
 * Whether an answer counts as known. The score is computed by `@fathom/neural`, where the recipe that fits a calibration computes
 * it too; this file reads a model folder's `calibration.json` and holds a score against its bound.
 */
export { type AnswerConfidence, answerConfidence } from '@fathom/neural/confidence/answer-confidence';
export type { Calibration };

const words = z.array(z.string());

const calibrationSchema = z.object({
  version: z.string().min(1),
  bound: z.number().min(0).max(1),
  refusals: words,
  fixedAnswers: words,
  forms: z.array(
    z.object({ relation: z.string(), template: z.string().includes('{x}').includes('{v}'), cues: words }),
  ),
  commonWords: words,
  weights: z.object({
    intercept: z.number(),
    minimumLogProbability: z.number(),
    meanLogProbability: z.number(),
    subjectMissing: z.number(),
    unexplainedWords: z.number(),
  }),
});

/** Reads `calibration.json`; a ZodError names each wrong field. Further fields, such as the fit's report, are ignored. */
export function parseCalibration(json: unknown): Calibration {
  return calibrationSchema.parse(json);
}
