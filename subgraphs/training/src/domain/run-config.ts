/** What a run is told to do, checked before anything is stored: the first value out of bounds is named by its path. */
import type { FieldProblem } from '@fathom/platform/refusals';
import type { TrainingTask } from './training-task.ts';

export type ArchitectureFamily = 'LLAMA' | 'BERT';

export interface Architecture {
  /** A decoder of Llama's kind where it is absent. */
  readonly family?: ArchitectureFamily | undefined;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly attentionHeads: number;
  readonly keyValueHeads: number;
  readonly feedForwardSize: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
}

export type OptimizerKind = 'ADAMW' | 'SGD';
export type LearningRateSchedule = 'COSINE' | 'LINEAR' | 'CONSTANT' | 'INVERSE_SQRT';

export interface Hyperparameters {
  readonly steps: number;
  /** Budgets beside `steps`, and where training has converged; null where there is none. */
  readonly maxTokens: number | null;
  readonly maxSeconds: number | null;
  readonly targetHeldOutLoss: number | null;
  readonly batchSize: number;
  readonly gradientAccumulationSteps: number;
  readonly dataParallelWorkers: number;
  readonly dropout: number;
  readonly optimizer: OptimizerKind;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly learningRate: number;
  readonly schedule: LearningRateSchedule;
  readonly finalLearningRateShare: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly decayEmbeddings: boolean;
  readonly maxGradientNorm: number;
  readonly checkpointEverySteps: number;
  readonly evaluateEverySteps: number;
  readonly earlyStoppingPatience: number;
  readonly heldOutShare: number;
}

/** Prompts that the weights in training answer on their way. */
export interface Sampling {
  readonly prompts: readonly string[];
  readonly everySteps: number;
  readonly maxTokens: number;
}

/** A suite to measure the version on, and what it must reach for `promoteTo`. */
export interface SuiteBound {
  readonly suiteId: string;
  /** `name@version`, for people. */
  readonly suite: string;
  /** Of a score; null where it is not bounded. */
  readonly atLeast: number | null;
  /** Of a loss; null where it is not bounded. */
  readonly atMost: number | null;
}

export interface RunConfig {
  /** Predicting the next token where it is absent. */
  readonly task?: TrainingTask;
  /** Null where the run continues from a version, whose network it keeps. */
  readonly architecture: Architecture | null;
  readonly hyperparameters: Hyperparameters;
  /** Absent where none are asked for. */
  readonly samples?: Sampling;
  readonly suites?: readonly SuiteBound[];
}

export type Given<T> = { readonly [Key in keyof T]?: T[Key] | null | undefined };

/** The defaults of the schema's input types. */
export const defaultArchitecture: Architecture = {
  hiddenSize: 128,
  layers: 3,
  attentionHeads: 4,
  keyValueHeads: 4,
  feedForwardSize: 352,
  vocabularySize: 1024,
  contextLength: 128,
};
export const defaultHyperparameters: Hyperparameters = {
  steps: 200,
  maxTokens: null,
  maxSeconds: null,
  targetHeldOutLoss: null,
  batchSize: 8,
  gradientAccumulationSteps: 1,
  dataParallelWorkers: 1,
  dropout: 0,
  optimizer: 'ADAMW',
  momentum: 0.9,
  nesterov: false,
  learningRate: 0.003,
  schedule: 'COSINE',
  finalLearningRateShare: 0.02,
  warmupSteps: 20,
  weightDecay: 0.1,
  decayEmbeddings: false,
  maxGradientNorm: 1,
  checkpointEverySteps: 50,
  evaluateEverySteps: 50,
  earlyStoppingPatience: 0,
  heldOutShare: 0.1,
};

/** ONNX Runtime's grouped-query attention, which serves the decoders that are trained here, takes heads of these sizes only. */
const headSizeStep = 16;

type Bounds<T> = {
  readonly [Key in keyof T as T[Key] extends number | null ? Key : never]: readonly [
    min: number,
    max: number,
  ];
};

const architectureBounds: Bounds<Architecture> = {
  hiddenSize: [16, 1024],
  layers: [1, 24],
  attentionHeads: [1, 64],
  keyValueHeads: [1, 64],
  feedForwardSize: [8, 8192],
  vocabularySize: [300, 8192],
  contextLength: [32, 1024],
};
const hyperparameterBounds: Bounds<Hyperparameters> = {
  steps: [1, 100_000],
  maxTokens: [1, 1e15],
  maxSeconds: [1, 31_536_000],
  targetHeldOutLoss: [0, 100],
  batchSize: [1, 64],
  gradientAccumulationSteps: [1, 64],
  dataParallelWorkers: [1, 8],
  dropout: [0, 0.9],
  momentum: [0, 0.999],
  learningRate: [1e-7, 10],
  finalLearningRateShare: [0, 1],
  warmupSteps: [0, 100_000],
  weightDecay: [0, 10],
  maxGradientNorm: [1e-3, 1e3],
  checkpointEverySteps: [1, 100_000],
  evaluateEverySteps: [1, 100_000],
  earlyStoppingPatience: [0, 10_000],
  heldOutShare: [0.01, 0.5],
};

export function checkRunConfig(given: {
  readonly architecture: Given<Architecture> | null | undefined;
  readonly hyperparameters: Given<Hyperparameters> | null | undefined;
  readonly continues: boolean;
  readonly task: TrainingTask;
}): { readonly config: RunConfig } | { readonly problem: FieldProblem } {
  const hyperparameters = withDefaults(defaultHyperparameters, given.hyperparameters);
  const architecture = given.continues ? null : architectureOf(given.architecture);
  const problem =
    (architecture && architectureProblem(architecture, given.task)) ??
    hyperparametersProblem(hyperparameters) ??
    (given.task === 'EMBEDDING' ? pairsProblem(hyperparameters) : undefined);
  return problem ? { problem } : { config: { ...taskOf(given.task), architecture, hyperparameters } };
}

/** What is the default is left out, as with the task. */
function architectureOf(given: Given<Architecture> | null | undefined): Architecture {
  const shape = withDefaults(defaultArchitecture, given);
  return given?.family === 'BERT' ? { ...shape, family: 'BERT' } : shape;
}

/** What is the default is left out, so that configs of before say the same. */
const taskOf = (task: TrainingTask): Pick<RunConfig, 'task'> => (task === 'LANGUAGE_MODEL' ? {} : { task });

/** Every pair is set against all others of its batch, so a batch cannot be cut. */
function pairsProblem({
  batchSize,
  gradientAccumulationSteps,
  dataParallelWorkers,
}: Hyperparameters): FieldProblem | undefined {
  const whole = `each pair of a batch is set against all others of it, so an EMBEDDING run computes it in one piece`;
  if (gradientAccumulationSteps > 1)
    return problemAt('input.hyperparameters.gradientAccumulationSteps', whole);
  if (dataParallelWorkers > 1) return problemAt('input.hyperparameters.dataParallelWorkers', whole);
  return batchSize > 1
    ? undefined
    : problemAt('input.hyperparameters.batchSize', 'EMBEDDING needs at least 2 pairs to tell apart');
}

const maxPrompts = 20;
const maxPromptLength = 500;

export type GivenSampling = Pick<Sampling, 'prompts'> & Given<Omit<Sampling, 'prompts'>>;

export function checkSampling(
  given: GivenSampling | null | undefined,
): { readonly samples?: Sampling } | { readonly problem: FieldProblem } {
  if (given == null) return {};
  const { prompts } = given;
  if (prompts.length < 1 || prompts.length > maxPrompts) {
    const message = `needs 1 to ${maxPrompts} prompts, has ${prompts.length}`;
    return { problem: problemAt('input.samples.prompts', message) };
  }
  const wrong = prompts.findIndex((prompt) => prompt.trim() === '' || prompt.length > maxPromptLength);
  if (wrong >= 0) {
    const message = `needs 1 to ${maxPromptLength} characters`;
    return { problem: problemAt(`input.samples.prompts.${wrong}`, message) };
  }
  const numbers = { everySteps: given.everySteps ?? 50, maxTokens: given.maxTokens ?? 32 };
  const outside = outOfBounds('input.samples', numbers, { everySteps: [1, 100_000], maxTokens: [1, 256] });
  return outside ? { problem: outside } : { samples: { prompts, ...numbers } };
}

function architectureProblem(shape: Architecture, task: TrainingTask): FieldProblem | undefined {
  const outside = outOfBounds('input.architecture', shape, architectureBounds);
  if (outside) return outside;
  const { family, hiddenSize, attentionHeads, keyValueHeads } = shape;
  if (family === 'BERT' && task === 'LANGUAGE_MODEL') {
    return problemAt(
      'input.architecture.family',
      'an encoder reads whole texts and continues none: BERT is for the tasks CLASSIFICATION and EMBEDDING',
    );
  }
  if (hiddenSize % attentionHeads !== 0) {
    return problemAt(
      'input.architecture.hiddenSize',
      `${hiddenSize} is not a multiple of the ${attentionHeads} attention heads`,
    );
  }
  if (family === 'BERT') return undefined;
  if ((hiddenSize / attentionHeads) % headSizeStep !== 0) {
    return problemAt(
      'input.architecture.hiddenSize',
      `${hiddenSize} over ${attentionHeads} heads gives heads of ${hiddenSize / attentionHeads}; serving needs a multiple of ${headSizeStep}`,
    );
  }
  if (attentionHeads % keyValueHeads !== 0) {
    return problemAt(
      'input.architecture.keyValueHeads',
      `${keyValueHeads} does not divide the ${attentionHeads} attention heads`,
    );
  }
  return undefined;
}

function hyperparametersProblem(given: Hyperparameters): FieldProblem | undefined {
  const outside = outOfBounds('input.hyperparameters', given, hyperparameterBounds);
  if (outside) return outside;
  if (given.optimizer === 'SGD' && given.nesterov && given.momentum === 0) {
    return problemAt('input.hyperparameters.nesterov', 'needs a momentum above 0');
  }
  const { batchSize, gradientAccumulationSteps, dataParallelWorkers } = given;
  if (!Number.isInteger(Math.log2(dataParallelWorkers))) {
    return problemAt(
      'input.hyperparameters.dataParallelWorkers',
      `${dataParallelWorkers} is not 1, 2, 4 or 8`,
    );
  }
  const parts = gradientAccumulationSteps * dataParallelWorkers;
  if (batchSize % parts !== 0) {
    const by = `${gradientAccumulationSteps} accumulation steps of ${dataParallelWorkers} workers`;
    return problemAt(
      'input.hyperparameters.batchSize',
      `the ${batchSize} sequences of a step do not divide into ${by}`,
    );
  }
  return undefined;
}

function outOfBounds<T extends object>(path: string, values: T, bounds: Bounds<T>): FieldProblem | undefined {
  for (const [key, [min, max]] of Object.entries<readonly [number, number]>(bounds)) {
    const value = values[key as keyof T] as number | null;
    if (value === null) continue;
    if (!(value >= min && value <= max)) {
      return problemAt(
        `${path}.${key}`,
        `${value} is outside ${min.toLocaleString('en')} to ${max.toLocaleString('en')}`,
      );
    }
  }
  return undefined;
}

const problemAt = (field: string, message: string): FieldProblem => ({ field, message });

function withDefaults<T extends object>(defaults: T, given: Given<T> | null | undefined): T {
  const present = Object.entries(given ?? {}).filter(([key, value]) => value != null && key in defaults);
  return { ...defaults, ...Object.fromEntries(present) };
}
