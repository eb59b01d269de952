/** Models, their versions and how good they are. */
import type { Queryable } from '@fathom/platform/database/queryable';
import type { Transaction } from '@fathom/platform/database/transaction';
import type { PageRequest } from '@fathom/platform/pagination';
import { versionId } from '../domain/names.ts';
import { type Evaluation, type Model, type ModelVersion, platformTenant } from '../domain/records.ts';
import type { TaskMetrics } from '../domain/task-metrics.ts';

const modelColumns = 'name, tenant, created_at as "createdAt"';
const versionColumns = `id, tenant, model_name as "modelName", number, kind, parent_id as "parentId",
  training_run_id as "trainingRunId", fine_tuning_job_id as "fineTuningJobId", parameter_count as "parameterCount", config,
  artifact_uri as "artifactUri", size_bytes as "sizeBytes", created_at as "createdAt"`;
const evaluationColumns = `id, version_id as "versionId", training_run_id as "trainingRunId", suite,
  example_count as "exampleCount", loss, perplexity, exact_match as "exactMatch", accuracy, macro_f1 as "macroF1",
  retrieval_accuracy as "retrievalAccuracy", spearman, suite_id as "suiteId", data_set_id as "dataSetId", tenant, score, created_at as "createdAt"`;

/** Names are one space for all tenants, since a version's id is made of its model's name: the first to use one owns it. */
export async function ensureModel(tx: Queryable, name: string, tenant: string): Promise<Model> {
  await tx.query('insert into model (name, tenant) values ($1, $2) on conflict (name) do nothing', [
    name,
    tenant,
  ]);
  return tx.one<Model>(`select ${modelColumns} from model where name = $1`, [name]);
}

export function modelByName(database: Queryable, name: string): Promise<Model | undefined> {
  return database.maybeOne<Model>(`select ${modelColumns} from model where name = $1`, [name]);
}

export function modelsByNames(
  database: Queryable,
  tenant: string,
  names: readonly string[],
): Promise<readonly Model[]> {
  return database.query<Model>(
    `select ${modelColumns} from model where tenant in ($1, $2) and name = any($3)`,
    [tenant, platformTenant, names],
  );
}

export function pageOfModels(
  database: Queryable,
  tenant: string,
  { first, after }: PageRequest,
): Promise<readonly Model[]> {
  return database.query<Model>(
    `select ${modelColumns} from model where tenant in ($1, $2) and ($3::text is null or name > $3)
      order by name limit $4`,
    [tenant, platformTenant, after?.[0] ?? null, first + 1],
  );
}

export type NewVersion = Omit<ModelVersion, 'id' | 'tenant' | 'number' | 'createdAt'>;

/** Gives the version its number, under the lock on its model, and announces it. The model must exist. */
export async function registerVersion(tx: Transaction, version: NewVersion): Promise<ModelVersion> {
  const model = await tx.one<Model>(`select ${modelColumns} from model where name = $1 for update`, [
    version.modelName,
  ]);
  const { number } = await tx.one<{ number: number }>(
    'select coalesce(max(number), 0) + 1 as number from model_version where model_name = $1',
    [version.modelName],
  );
  const registered = await tx.one<ModelVersion>(
    `insert into model_version (id, tenant, model_name, number, kind, parent_id, training_run_id, fine_tuning_job_id,
       parameter_count, config, artifact_uri, size_bytes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning ${versionColumns}`,
    [
      versionId(version.modelName, number),
      model.tenant,
      version.modelName,
      number,
      version.kind,
      version.parentId,
      version.trainingRunId,
      version.fineTuningJobId,
      version.parameterCount,
      version.config,
      version.artifactUri,
      version.sizeBytes,
    ],
  );
  await tx.publish({
    topic: 'model-version.registered',
    key: version.modelName,
    payload: {
      versionId: registered.id,
      tenant: registered.tenant,
      modelName: registered.modelName,
      number: registered.number,
      kind: registered.kind,
      parentVersionId: registered.parentId,
      artifactUri: registered.artifactUri,
      sizeBytes: registered.sizeBytes,
      fineTuningJobId: registered.fineTuningJobId,
      trainingRunId: registered.trainingRunId,
    },
  });
  return registered;
}

/** Those of the tenant and of the platform, in any order. */
export function versionsByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly ModelVersion[]> {
  return database.query<ModelVersion>(
    `select ${versionColumns} from model_version where tenant in ($1, $2) and id = any($3)`,
    [tenant, platformTenant, ids],
  );
}

export function versionById(database: Queryable, id: string): Promise<ModelVersion | undefined> {
  return database.maybeOne<ModelVersion>(`select ${versionColumns} from model_version where id = $1`, [id]);
}

export function versionsOfRuns(
  database: Queryable,
  runIds: readonly string[],
): Promise<readonly ModelVersion[]> {
  return database.query<ModelVersion>(
    `select ${versionColumns} from model_version where training_run_id = any($1)`,
    [runIds],
  );
}

export function versionOfJob(database: Queryable, jobId: string): Promise<ModelVersion | undefined> {
  return database.maybeOne<ModelVersion>(
    `select ${versionColumns} from model_version where fine_tuning_job_id = $1`,
    [jobId],
  );
}

export function versionOfArtifact(
  database: Queryable,
  modelName: string,
  artifactUri: string,
): Promise<ModelVersion | undefined> {
  return database.maybeOne<ModelVersion>(
    `select ${versionColumns} from model_version where model_name = $1 and artifact_uri = $2 order by number desc limit 1`,
    [modelName, artifactUri],
  );
}

/** Newest first, at most `first` for each model. */
export function versionsOfModels(
  database: Queryable,
  names: readonly string[],
  first: number,
): Promise<readonly ModelVersion[]> {
  return database.query<ModelVersion>(
    `select version.* from unnest($1::text[]) as wanted (name)
       cross join lateral (select ${versionColumns} from model_version where model_name = wanted.name
         order by number desc limit $2) version`,
    [names, first],
  );
}

export type NewEvaluation = Omit<
  Evaluation,
  'perplexity' | 'createdAt' | 'tenant' | 'dataSetId' | keyof TaskMetrics
> &
  Partial<TaskMetrics & Pick<Evaluation, 'tenant' | 'dataSetId'>>;

export async function insertEvaluation(tx: Queryable, evaluation: NewEvaluation): Promise<void> {
  await tx.query(
    `insert into evaluation (id, version_id, training_run_id, suite, example_count, loss, perplexity, exact_match, suite_id, score,
       accuracy, macro_f1, retrieval_accuracy, tenant, data_set_id, spearman)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      evaluation.id,
      evaluation.versionId,
      evaluation.trainingRunId,
      evaluation.suite,
      evaluation.exampleCount,
      evaluation.loss,
      evaluation.loss === null ? null : Math.exp(evaluation.loss),
      evaluation.exactMatch ?? null,
      evaluation.suiteId,
      evaluation.score,
      evaluation.accuracy ?? null,
      evaluation.macroF1 ?? null,
      evaluation.retrievalAccuracy ?? null,
      evaluation.tenant ?? null,
      evaluation.dataSetId ?? null,
      evaluation.spearman ?? null,
    ],
  );
}

/** Newest first: those that came with the versions, and what the tenant asked for. */
export function evaluationsOfVersions(
  database: Queryable,
  tenant: string,
  versionIds: readonly string[],
): Promise<readonly Evaluation[]> {
  return database.query<Evaluation>(
    `select ${evaluationColumns} from evaluation
      where version_id = any($1) and (tenant is null or tenant in ($2, $3)) order by created_at desc, id desc`,
    [versionIds, tenant, platformTenant],
  );
}

export function evaluationsOfRuns(
  database: Queryable,
  runIds: readonly string[],
): Promise<readonly Evaluation[]> {
  return database.query<Evaluation>(
    `select ${evaluationColumns} from evaluation where training_run_id = any($1) order by created_at desc, id desc`,
    [runIds],
  );
}

/** Of versions that the tenant sees, in any order. */
export function evaluationsByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly Evaluation[]> {
  return database.query<Evaluation>(
    `select ${evaluationColumns} from evaluation e where id = any($3) and (e.tenant is null or e.tenant in ($1, $2))
        and exists (select from model_version v where v.id = e.version_id and v.tenant in ($1, $2))`,
    [tenant, platformTenant, ids],
  );
}
