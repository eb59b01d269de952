/** What the service tells an evaluation worker, and what it hears back. */
import { z } from 'zod';
import { versionFiles } from './protocol.ts';

const count = z.number().int().positive();
const figure = z.number().nullable();

export const evaluationSpecification = z.object({
  runId: z.string(),
  files: versionFiles,
  dataSetUri: z.string(),
  /** A suite's rule; null measures a data set by all that the version's task has. */
  scoring: z.enum(['EXACT_MATCH', 'CONTAINS', 'LOSS', 'SPEARMAN']).nullable(),
  threads: count,
});
export type EvaluationSpecification = z.infer<typeof evaluationSpecification>;

export const evaluationMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('measuring'), detail: z.string() }),
  z.object({
    type: z.literal('measured'),
    exampleCount: count,
    loss: figure,
    score: figure,
    exactMatch: figure,
    accuracy: figure,
    macroF1: figure,
    retrievalAccuracy: figure,
    spearman: figure,
  }),
]);
export type EvaluationMessage = z.infer<typeof evaluationMessage>;
