import { type Conversation, checkExample } from '@fathom/neural/training/examples-file';
import type { FieldProblem } from '@fathom/platform/refusals';

export interface StartFineTuningJobInput {
  readonly baseVersionId: string;
  readonly modelName: string;
  readonly dataSetId?: string | null | undefined;
  readonly examples?: readonly Conversation[] | null | undefined;
  readonly rank?: number | null | undefined;
  readonly alpha?: number | null | undefined;
  readonly steps?: number | null | undefined;
  readonly batchSize?: number | null | undefined;
  readonly learningRate?: number | null | undefined;
  readonly seed?: number | null | undefined;
}

export interface JobSettings {
  readonly rank: number;
  readonly alpha: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** The defaults of the schema's input type. */
const defaults: JobSettings = { rank: 8, alpha: 16, steps: 100, batchSize: 8, learningRate: 0.002, seed: 1 };
const bounds: Readonly<Record<Exclude<keyof JobSettings, 'seed'>, readonly [min: number, max: number]>> = {
  rank: [1, 64],
  alpha: [0.01, 1024],
  steps: [1, 20_000],
  batchSize: [1, 64],
  learningRate: [1e-7, 10],
};
const namePattern = /^[a-z0-9-]{1,60}$/;
const maxExamples = 10_000;
const minExamples = 2;

/** Checks all that the input alone shows; the first value out of bounds is named by its path. */
export function checkJobInput(
  input: StartFineTuningJobInput,
): { readonly settings: JobSettings } | { readonly problem: FieldProblem } {
  const settings: JobSettings = {
    rank: input.rank ?? defaults.rank,
    alpha: input.alpha ?? defaults.alpha,
    steps: input.steps ?? defaults.steps,
    batchSize: input.batchSize ?? defaults.batchSize,
    learningRate: input.learningRate ?? defaults.learningRate,
    seed: input.seed ?? defaults.seed,
  };
  const problem = nameProblem(input.modelName) ?? sourceProblem(input) ?? outOfBounds(settings);
  return problem ? { problem } : { settings };
}

function nameProblem(name: string): FieldProblem | undefined {
  if (namePattern.test(name)) return undefined;
  return {
    field: 'input.modelName',
    message: `"${name.slice(0, 60)}" is not 1 to 60 characters of a-z, 0-9 and -`,
  };
}

function sourceProblem({ dataSetId, examples }: StartFineTuningJobInput): FieldProblem | undefined {
  const field = 'input.examples';
  if (dataSetId != null && examples != null)
    return { field, message: 'are given together with `dataSetId`; give one of both' };
  if (dataSetId != null) return undefined;
  if (examples == null) return { field, message: 'are missing, and so is `dataSetId`; give one of both' };
  if (examples.length < minExamples || examples.length > maxExamples) {
    return {
      field,
      message: `number ${examples.length}, allowed are ${minExamples} to ${maxExamples.toLocaleString('en')}`,
    };
  }
  for (const [index, example] of examples.entries()) {
    const checked = checkExample(example);
    if ('problem' in checked) return { field: `${field}.${index}`, message: checked.problem };
  }
  return undefined;
}

function outOfBounds(settings: JobSettings): FieldProblem | undefined {
  for (const name of Object.keys(bounds) as (keyof typeof bounds)[]) {
    const [min, max] = bounds[name];
    const value = settings[name];
    if (!(value >= min && value <= max)) {
      return {
        field: `input.${name}`,
        message: `${value} is outside ${min.toLocaleString('en')} to ${max.toLocaleString('en')}`,
      };
    }
  }
  return undefined;
}
