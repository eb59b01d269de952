import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid, type NotFound, notFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import {
  type ComparedMetric,
  type ConfigDifference,
  comparedMetrics,
  configDifferences,
} from '../domain/compare-runs.ts';
import type { TrainingRun } from '../domain/records.ts';
import { alignedCurves, type ComparedPoint, curveSummaries } from '../stores/loss-curves.ts';
import { evaluationsOfRuns } from '../stores/registry.ts';
import { runsByIds } from '../stores/training-runs.ts';

const maxRuns = 10;
const maxCurvePoints = 1_000;

export interface TrainingRunComparison {
  readonly runs: readonly TrainingRun[];
  readonly differences: readonly ConfigDifference[];
  readonly curve: readonly ComparedPoint[];
  readonly metrics: readonly ComparedMetric[];
}

/** Four statements, however many runs. Needs `training:read`. */
export async function compareTrainingRuns(
  database: Database,
  identity: Identity,
  { ids, maxPoints }: { readonly ids: readonly string[]; readonly maxPoints: number },
): Promise<TrainingRunComparison | NotFound | InvalidInput> {
  requireScope(identity, 'training:read');
  if (ids.length < 2 || ids.length > maxRuns || new Set(ids).size < ids.length) {
    return invalid({ field: 'ids', message: `needs 2 to ${maxRuns} different runs, has ${ids.length}` });
  }
  if (maxPoints < 1 || maxPoints > maxCurvePoints) {
    return invalid({ field: 'maxPoints', message: `${maxPoints} is outside 1 to ${maxCurvePoints}` });
  }
  const found = new Map(
    (await runsByIds(database, identity.tenant, ids)).map((run) => [run.id, run] as const),
  );
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) return notFound('training run', missing);
  const runs = ids.map((id) => found.get(id)!);
  const [curve, summaries, evaluations] = await Promise.all([
    alignedCurves(database, ids, maxPoints),
    curveSummaries(database, ids),
    evaluationsOfRuns(database, ids),
  ]);
  return {
    runs,
    differences: configDifferences(runs),
    curve,
    metrics: comparedMetrics(runs, { summaries, evaluations }),
  };
}
