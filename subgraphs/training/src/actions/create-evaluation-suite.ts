import { randomUUID } from 'node:crypto';
import type { Database } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid, type NotFound, notFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { suiteNameProblem, textProblem } from '../domain/names.ts';
import type { EvaluationSuite, Scoring } from '../domain/records.ts';
import { dataSetsByIds } from '../stores/data-sets.ts';
import { insertSuite } from '../stores/evaluation-suites.ts';

/** Every run that is measured on a suite answers all of it. */
const maxExamples = 2_000;

export interface CreateEvaluationSuiteInput {
  readonly name: string;
  readonly dataSetId: string;
  readonly scoring: Scoring;
  readonly description?: string | null | undefined;
}

/** A new version of the named suite. Needs `training:write`. */
export async function createEvaluationSuite(
  database: Database,
  identity: Identity,
  { name, dataSetId, scoring, description }: CreateEvaluationSuiteInput,
): Promise<EvaluationSuite | NotFound | InvalidInput> {
  requireScope(identity, 'training:write');
  const problem =
    suiteNameProblem(name, 'input.name') ??
    (description == null ? undefined : textProblem(description, { field: 'input.description', max: 500 }));
  if (problem) return invalid(problem);
  const [dataSet] = await dataSetsByIds(database, identity.tenant, [dataSetId]);
  if (!dataSet) return notFound('data set', dataSetId);
  if (dataSet.artifactUri === null) {
    const message = 'only the record of this data set is kept, not its examples';
    return invalid({ field: 'input.dataSetId', message });
  }
  if (dataSet.exampleCount > maxExamples) {
    const message = `has ${dataSet.exampleCount} examples, a suite at most ${maxExamples}`;
    return invalid({ field: 'input.dataSetId', message });
  }
  return database.transaction((tx) =>
    insertSuite(tx, {
      id: `suite_${randomUUID()}`,
      tenant: identity.tenant,
      name,
      description: description?.trim() ?? null,
      scoring,
      dataSetId,
      createdBy: identity.subject,
    }),
  );
}
