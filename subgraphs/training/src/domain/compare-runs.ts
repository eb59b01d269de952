/** Runs held against each other: where their configs differ and what came out. Values are in the order of the runs. */
import { flatten } from './flatten.ts';
import type { Evaluation, TrainingRun } from './records.ts';

export interface ConfigDifference {
  readonly path: string;
  /** JSON; null where a run has none. */
  readonly values: readonly (string | null)[];
}

export interface ComparedMetric {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** What a run's curve sums up to. */
export interface CurveSummary {
  readonly runId: string;
  readonly bestHeldOutLoss: number | null;
  readonly lastHeldOutLoss: number | null;
  readonly meanTokensPerSecond: number | null;
}

export function configDifferences(runs: readonly TrainingRun[]): readonly ConfigDifference[] {
  const flat = runs.map(({ config, seed, dataSetId, initialVersionId, modelName, promoteTo, codeVersion }) =>
    flatten({ modelName, dataSetId, initialVersionId, seed, promoteTo, codeVersion, ...config }),
  );
  return pathsOf(flat).flatMap((path) => {
    const values = flat.map((each) => each.get(path) ?? null);
    return values.every((value) => value === values[0]) ? [] : [{ path, values }];
  });
}

const compared = [
  'loss',
  'exactMatch',
  'score',
  'accuracy',
  'macroF1',
  'retrievalAccuracy',
  'spearman',
] as const;

export function comparedMetrics(
  runs: readonly TrainingRun[],
  given: { readonly summaries: readonly CurveSummary[]; readonly evaluations: readonly Evaluation[] },
): readonly ComparedMetric[] {
  const named = runs.map((run) => {
    const summary = given.summaries.find(({ runId }) => runId === run.id);
    const metrics = new Map<string, number | null>([
      ['step', run.step],
      ['tokensSeen', run.tokensSeen],
      ['parameterCount', run.parameterCount],
      ['loss', run.loss],
      ['bestHeldOutLoss', summary?.bestHeldOutLoss ?? null],
      ['lastHeldOutLoss', summary?.lastHeldOutLoss ?? null],
      ['meanTokensPerSecond', summary?.meanTokensPerSecond ?? null],
    ]);
    // Newest first: the first of a suite is the one that counts.
    for (const evaluation of given.evaluations) {
      if (evaluation.trainingRunId !== run.id) continue;
      for (const key of compared) {
        const name = `${evaluation.suite}.${key}`;
        if (!metrics.has(name)) metrics.set(name, evaluation[key]);
      }
    }
    return metrics;
  });
  return pathsOf(named)
    .map((name) => ({ name, values: named.map((metrics) => metrics.get(name) ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null));
}

/** Of every map, in the order of their first appearance. */
function pathsOf(maps: readonly ReadonlyMap<string, unknown>[]): readonly string[] {
  return [...new Set(maps.flatMap((map) => [...map.keys()]))];
}
