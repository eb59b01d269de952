/** What the service tells a training worker, and what it hears back. Paths are folders that both can reach. */
import { z } from 'zod';

const count = z.number().int().positive();

/** The files of a version: an adapter comes with the version that it belongs to. */
const versionFiles = z.object({
  versionId: z.string(),
  artifactUri: z.string(),
  adapterUri: z.string().nullable(),
});
export type VersionFiles = z.infer<typeof versionFiles>;

export const trainingSpecification = z.object({
  runId: z.string(),
  dataSetUri: z.string(),
  start: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('scratch'),
      architecture: z.object({
        hiddenSize: count,
        layers: count,
        attentionHeads: count,
        keyValueHeads: count,
        feedForwardSize: count,
        vocabularySize: count,
        contextLength: count,
      }),
    }),
    z.object({ kind: z.literal('continue'), files: versionFiles }),
  ]),
  hyperparameters: z.object({
    steps: count,
    maxTokens: z.number().nullable().default(null),
    maxSeconds: z.number().nullable().default(null),
    targetHeldOutLoss: z.number().nullable().default(null),
    batchSize: count,
    gradientAccumulationSteps: count,
    dropout: z.number(),
    optimizer: z.enum(['ADAMW', 'SGD']),
    momentum: z.number(),
    nesterov: z.boolean(),
    learningRate: z.number(),
    schedule: z.enum(['COSINE', 'LINEAR', 'CONSTANT', 'INVERSE_SQRT']),
    finalLearningRateShare: z.number(),
    warmupSteps: z.number().int(),
    weightDecay: z.number(),
    decayEmbeddings: z.boolean(),
    maxGradientNorm: z.number(),
    checkpointEverySteps: count,
    evaluateEverySteps: count,
    earlyStoppingPatience: z.number().int(),
    heldOutShare: z.number(),
  }),
  seed: z.number().int(),
  /** Checkpoints are written here, one folder each. */
  checkpointFolder: z.string(),
  resumeFrom: z.object({ step: count, sha256: z.string() }).nullable(),
  /** The version that the new one would replace, to be measured on the same examples. */
  incumbent: versionFiles.nullable(),
  threads: count,
});
export type TrainingSpecification = z.infer<typeof trainingSpecification>;

const lossPoint = z.object({
  step: count,
  tokensSeen: z.number(),
  loss: z.number(),
  heldOutLoss: z.number().nullable(),
  learningRate: z.number(),
  gradientNorm: z.number(),
  tokensPerSecond: z.number(),
});

export const trainingMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('phase'),
    phase: z.enum(['VALIDATING', 'PREPARING', 'INITIALISING', 'TRAINING', 'EVALUATING', 'REGISTERING']),
    detail: z.string(),
  }),
  z.object({ type: z.literal('initialised'), parameterCount: count }),
  /** Training is over; measuring begins. */
  z.object({
    type: z.literal('trained'),
    reason: z.enum(['CONVERGED', 'EARLY_STOPPED', 'STEPS_SPENT', 'TOKENS_SPENT', 'TIME_SPENT']),
  }),
  z.object({ type: z.literal('stepped'), points: z.array(lossPoint).min(1) }),
  z.object({ type: z.literal('checkpointed'), step: count, sha256: z.string(), sizeBytes: z.number() }),
  z.object({
    type: z.literal('produced'),
    artifactUri: z.string(),
    sizeBytes: z.number(),
    /** The text of config.json. */
    config: z.string(),
    parameterCount: count,
    evaluation: z.object({
      exampleCount: count,
      loss: z.number(),
      totalNats: z.number(),
      exactMatch: z.number().nullable(),
    }),
    incumbent: z
      .object({
        versionId: z.string(),
        measured: z.object({ loss: z.number(), totalNats: z.number() }).nullable(),
        problem: z.string().nullable(),
      })
      .nullable(),
  }),
]);
export type TrainingMessage = z.infer<typeof trainingMessage>;
