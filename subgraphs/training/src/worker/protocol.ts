/**
 * What the service tells a training worker, and what it hears back: see CONTRACT.md, which is for whoever writes another.
 * Nothing is a path: data, weights and checkpoints are artifacts.
 */
import { z } from 'zod';
import { trainingTasks } from '../domain/training-task.ts';

const count = z.number().int().positive();

/** The files of a version: an adapter comes with the version that it belongs to. */
export const versionFiles = z.object({
  versionId: z.string(),
  artifactUri: z.string(),
  adapterUri: z.string().nullable(),
});
export type VersionFiles = z.infer<typeof versionFiles>;

/** The trainer's whole state after a step. */
const checkpointReference = z.object({
  step: count,
  /** Of the state; the worker holds what it loads against it. */
  sha256: z.string(),
  artifactUri: z.string(),
});
export type CheckpointReference = z.infer<typeof checkpointReference>;

const suite = z.object({
  suiteId: z.string(),
  dataSetUri: z.string(),
  scoring: z.enum(['EXACT_MATCH', 'CONTAINS', 'LOSS', 'SPEARMAN']),
});
export type SuiteSpecification = z.infer<typeof suite>;

const suiteMeasurement = z.object({
  suiteId: z.string(),
  exampleCount: count,
  loss: z.number().nullable(),
  /** 0 to 1; a rank correlation -1 to 1. */
  score: z.number().nullable(),
});
export type SuiteMeasurement = z.infer<typeof suiteMeasurement>;

export const trainingSpecification = z.object({
  runId: z.string(),
  /** What is learned: a decoder's next token, a text's label, or vectors of texts that belong together. */
  task: z.enum(trainingTasks).default('LANGUAGE_MODEL'),
  dataSetUri: z.string(),
  start: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('scratch'),
      architecture: z.object({
        /** A decoder of Llama's kind without it. */
        family: z.enum(['LLAMA', 'BERT']).optional(),
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
    /**
     * Whoever runs the worker decides how it comes by so many processes, on its own machine: this worker starts them
     * itself, a PyTorch image would by `torchrun --nproc-per-node`. To the service they are one worker.
     */
    dataParallelWorkers: count,
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
  /** Prompts to answer every so many steps with the weights in training. */
  samples: z.object({ prompts: z.array(z.string()).min(1), everySteps: count, maxTokens: count }).nullable(),
  /** To measure the version on before it is registered. */
  suites: z.array(suite),
  /** The newest checkpoint: where to go on. */
  resumeFrom: checkpointReference.nullable(),
  /** That of the lowest held-out loss so far. */
  best: checkpointReference.nullable(),
  /** The version that the new one would replace, to be measured on the same examples. */
  incumbent: versionFiles.nullable(),
  /** Of all of the worker's processes together. */
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
  z.object({
    type: z.literal('sampled'),
    step: count,
    samples: z.array(z.object({ prompt: z.string(), completion: z.string() })).min(1),
  }),
  z.object({
    type: z.literal('checkpointed'),
    step: count,
    sha256: z.string(),
    sizeBytes: z.number(),
    /** Of this very step; null where it was not measured. */
    heldOutLoss: z.number().nullable(),
    artifactUri: z.string(),
  }),
  /** A checkpoint that it cannot go on from; said before it fails with CHECKPOINT_CORRUPT. */
  z.object({ type: z.literal('damaged'), step: count }),
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
      /** Of a classifier, and of vectors; 0 to 1. */
      accuracy: z.number().nullable().default(null),
      macroF1: z.number().nullable().default(null),
      retrievalAccuracy: z.number().nullable().default(null),
      spearman: z.number().nullable().default(null),
    }),
    suites: z.array(suiteMeasurement),
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
