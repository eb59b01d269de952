import { cpus } from 'node:os';
import type { DataSet, TrainingExample } from './data-set.ts';
import { sourceVersions } from './facts/facts.ts';
import type { Recipe } from './recipe.ts';

/** One point of the loss curve. */
export interface CurvePoint {
  readonly step: number;
  /** Real tokens trained on so far. */
  readonly tokens: number;
  /** Weighted mean since the point before, nats a token. */
  readonly trainLoss: number;
  /** Loss on phrasings never trained; null where it was not measured. */
  readonly heldOutLoss: number | null;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly tokensPerSecond: number;
  /** ISO 8601. */
  readonly at: string;
}

/** What a checkpoint carries beside the trainer's state, to go on as if never stopped. */
export interface RunProgress {
  readonly startedAt: string;
  readonly tokens: number;
  readonly trainingSeconds: number;
  readonly dataSetSha256: string;
  readonly curve: readonly CurvePoint[];
}

/** `training-run.json`: where a committed model comes from. The training service imports it as the version's lineage. */
export interface TrainingRunRecord {
  readonly recipe: Recipe;
  readonly seed: number;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Time spent in training steps, across restarts. */
  readonly minutes: number;
  readonly steps: number;
  readonly tokens: number;
  readonly parameters: number;
  readonly dataSet: {
    readonly name: string;
    readonly sha256: string;
    readonly facts: number;
    readonly examples: number;
    readonly examplesByKind: Readonly<Record<string, number>>;
    readonly droppedValues: number;
    readonly packages: Readonly<Record<string, string>>;
    /** The first examples, for a reader. */
    readonly sample: readonly TrainingExample[];
  };
  readonly hardware: { readonly cpu: string; readonly threads: number; readonly node: string };
  readonly finalTrainLoss: number;
  readonly finalHeldOutLoss: number | null;
  readonly curve: readonly CurvePoint[];
}

const MAX_CURVE_POINTS = 500;
const SAMPLE_EXAMPLES = 20;

/** Every k-th point, so that at most `limit` stay; a point with a held-out loss is never dropped for one without. */
export function downSample(curve: readonly CurvePoint[], limit = MAX_CURVE_POINTS): readonly CurvePoint[] {
  if (curve.length <= limit) return curve;
  const stride = Math.ceil(curve.length / limit);
  return Array.from({ length: Math.ceil(curve.length / stride) }, (_, index) => {
    const block = curve.slice(index * stride, (index + 1) * stride);
    return block.findLast((point) => point.heldOutLoss !== null) ?? block.at(-1);
  }).filter((point) => point !== undefined);
}

export function trainingRunRecord(input: {
  readonly recipe: Recipe;
  readonly dataSet: DataSet;
  readonly progress: RunProgress;
  readonly steps: number;
  readonly parameters: number;
  readonly threads: number;
  readonly endedAt: string;
}): TrainingRunRecord {
  const { recipe, dataSet, progress } = input;
  const curve = downSample(progress.curve);
  return {
    recipe,
    seed: recipe.seed,
    startedAt: progress.startedAt,
    endedAt: input.endedAt,
    minutes: Math.round(progress.trainingSeconds / 6) / 10,
    steps: input.steps,
    tokens: progress.tokens,
    parameters: input.parameters,
    dataSet: {
      name: recipe.name,
      sha256: dataSet.sha256,
      facts: dataSet.facts.length,
      examples: dataSet.examples.length,
      examplesByKind: dataSet.counts,
      droppedValues: dataSet.dropped.length,
      packages: sourceVersions(),
      sample: dataSet.examples.slice(0, SAMPLE_EXAMPLES),
    },
    hardware: {
      cpu: cpus()[0]?.model ?? 'unknown',
      threads: input.threads,
      node: process.version,
    },
    finalTrainLoss: curve.at(-1)?.trainLoss ?? Number.NaN,
    finalHeldOutLoss: curve.findLast((point) => point.heldOutLoss !== null)?.heldOutLoss ?? null,
    curve,
  };
}
