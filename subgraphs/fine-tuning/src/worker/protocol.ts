/** What the service tells a fine-tuning worker, and what it hears back. Paths are folders that both can reach. */
import { z } from 'zod';

const count = z.number().int().positive();

export const fineTuningSpecification = z.object({
  jobId: z.string(),
  baseVersionId: z.string(),
  baseUri: z.string(),
  examplesUri: z.string(),
  rank: count,
  alpha: z.number().positive(),
  steps: count,
  batchSize: count,
  learningRate: z.number().positive(),
  seed: z.number().int(),
  checkpointFolder: z.string(),
  resumeFrom: z.object({ step: count, sha256: z.string() }).nullable(),
  threads: count,
});
export type FineTuningSpecification = z.infer<typeof fineTuningSpecification>;

export const fineTuningMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('phase'),
    phase: z.enum(['PREPARING', 'TRAINING', 'EVALUATING']),
    detail: z.string(),
  }),
  z.object({
    type: z.literal('prepared'),
    exampleCount: count,
    parameterCount: count,
    /** Of the base model alone; null where the worker went on from a checkpoint. */
    initialHeldOutLoss: z.number().nullable(),
  }),
  z.object({
    type: z.literal('stepped'),
    points: z
      .array(
        z.object({
          step: count,
          loss: z.number(),
          learningRate: z.number(),
          tokensPerSecond: z.number(),
          tokensSeen: z.number(),
        }),
      )
      .min(1),
  }),
  z.object({ type: z.literal('checkpointed'), step: count, sha256: z.string() }),
  z.object({
    type: z.literal('produced'),
    artifactUri: z.string(),
    sizeBytes: z.number(),
    heldOutLoss: z.number(),
    heldOutExamples: count,
  }),
]);
export type FineTuningMessage = z.infer<typeof fineTuningMessage>;
