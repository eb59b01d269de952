import { randomUUID } from 'node:crypto';
import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid, type NotFound, notFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { type EvaluationRun, removedText, suiteName } from '../domain/records.ts';
import { taskOfConfig } from '../domain/training-task.ts';
import { dataSetsByIds } from '../stores/data-sets.ts';
import { evaluationRunById, insertEvaluationRun } from '../stores/evaluation-runs.ts';
import { suitesByIds } from '../stores/evaluation-suites.ts';
import { versionsByIds } from '../stores/registry.ts';
import { removalOf } from '../stores/removals.ts';

export interface EvaluateModelVersionInput {
  readonly versionId: string;
  readonly suiteId?: string | null | undefined;
  readonly dataSetId?: string | null | undefined;
}

/** Where evaluations wait, and who is to be told of a new one. */
export interface Evaluations {
  readonly database: Database;
  readonly wake: () => void;
}

/** Queues a measurement of any version that the asker sees. Needs `training:write`. */
export async function evaluateModelVersion(
  { database, wake }: Evaluations,
  identity: Identity,
  input: EvaluateModelVersionInput,
): Promise<EvaluationRun | NotFound | InvalidInput> {
  requireScope(identity, 'training:write');
  const { tenant } = identity;
  const [version] = await versionsByIds(database, tenant, [input.versionId]);
  if (!version) return notFound('model version', input.versionId);
  const removal = await removalOf(database, version.id);
  if (removal) return invalid({ field: 'input.versionId', message: removedText(removal) });
  const against = await measuredAgainst(database, tenant, input);
  if ('__typename' in against) return against;
  const { suite, dataSetId } = against;
  // An adapter has its base's task, and adapters are of language models alone.
  const task = version.kind === 'ADAPTER' ? 'LANGUAGE_MODEL' : taskOfConfig(version.config);
  if (suite?.scoring === 'CONTAINS' && task !== 'LANGUAGE_MODEL') {
    const message = `${suiteName(suite)} scores what a model says, and ${version.id}, of the task ${task}, says nothing`;
    return invalid({ field: 'input.suiteId', message });
  }
  if (suite?.scoring === 'SPEARMAN' && task !== 'EMBEDDING') {
    const message = `${suiteName(suite)} scores vectors, and ${version.id}, of the task ${task}, makes none`;
    return invalid({ field: 'input.suiteId', message });
  }
  const id = `evaluation-run_${randomUUID()}`;
  await insertEvaluationRun(database, {
    id,
    tenant,
    versionId: version.id,
    suiteId: suite?.id ?? null,
    dataSetId,
    startedBy: identity.subject,
  });
  wake();
  return (await evaluationRunById(database, id))!;
}

async function measuredAgainst(
  database: Database,
  tenant: string,
  { suiteId, dataSetId }: EvaluateModelVersionInput,
) {
  if ((suiteId == null) === (dataSetId == null)) {
    const message = 'give either `suiteId` or `dataSetId`';
    return invalid({ field: 'input.suiteId', message });
  }
  const [suite] = suiteId == null ? [] : await suitesByIds(database, tenant, [suiteId]);
  if (suiteId != null && !suite) return notFound('evaluation suite', suiteId);
  const wanted = suite?.dataSetId ?? dataSetId!;
  const [dataSet] = await dataSetsByIds(database, tenant, [wanted]);
  if (!dataSet) return notFound('data set', wanted);
  if (dataSet.artifactUri === null) {
    const message = `only the record of ${dataSet.id} is kept, not its examples`;
    return invalid({ field: suite ? 'input.suiteId' : 'input.dataSetId', message });
  }
  return { suite, dataSetId: wanted };
}
