/** Versions and data sets that training announced. */
import type { Queryable } from '@fathom/platform/database/queryable';
import { type KnownDataSet, type KnownVersion, platformTenant } from '../domain/records.ts';

const versionColumns = `id, tenant, model_name as "modelName", kind, artifact_uri as "artifactUri",
  fine_tuning_job_id as "fineTuningJobId"`;

/** What a removal that was heard of before it left to be said, it says; that it was removed stays. */
export async function rememberVersion(tx: Queryable, version: KnownVersion): Promise<void> {
  await tx.query(
    `insert into known_version (id, tenant, model_name, kind, artifact_uri, fine_tuning_job_id)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do update set kind = excluded.kind, artifact_uri = excluded.artifact_uri,
       fine_tuning_job_id = excluded.fine_tuning_job_id`,
    [
      version.id,
      version.tenant,
      version.modelName,
      version.kind,
      version.artifactUri,
      version.fineTuningJobId,
    ],
  );
}

export async function rememberDataSet(tx: Queryable, dataSet: KnownDataSet): Promise<void> {
  await tx.query(
    `insert into known_data_set (id, tenant, artifact_uri, example_count) values ($1, $2, $3, $4)
     on conflict (id) do nothing`,
    [dataSet.id, dataSet.tenant, dataSet.artifactUri, dataSet.exampleCount],
  );
}

/*
 * Topics are not in order among each other: where a removal is heard of before what it removes was announced, its row is
 * there already when that comes.
 */

/** Its files are gone: it is nothing to start from, and stays what a job made. */
export async function forgetVersion(
  tx: Queryable,
  { id, tenant, modelName }: Pick<KnownVersion, 'id' | 'tenant' | 'modelName'>,
): Promise<void> {
  await tx.query(
    `insert into known_version (id, tenant, model_name, kind, artifact_uri, removed) values ($1, $2, $3, 'FULL', '', true)
     on conflict (id) do update set removed = true`,
    [id, tenant, modelName],
  );
}

/** Its examples are gone. */
export async function forgetDataSet(
  tx: Queryable,
  { id, tenant }: Pick<KnownDataSet, 'id' | 'tenant'>,
): Promise<void> {
  await tx.query(
    `insert into known_data_set (id, tenant, artifact_uri, example_count) values ($1, $2, null, 0)
     on conflict (id) do update set artifact_uri = null`,
    [id, tenant],
  );
}

/** Those that the tenant may start from, in any order. */
export function versionsByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly KnownVersion[]> {
  return database.query<KnownVersion>(
    `select ${versionColumns} from known_version where tenant in ($1, $2) and id = any($3) and not removed`,
    [tenant, platformTenant, ids],
  );
}

export function versionsOfJobs(
  database: Queryable,
  jobIds: readonly string[],
): Promise<readonly KnownVersion[]> {
  return database.query<KnownVersion>(
    `select ${versionColumns} from known_version where fine_tuning_job_id = any($1)`,
    [jobIds],
  );
}

/** Who owns a model's name, as far as its versions tell; undefined for a name not used yet. */
export async function ownerOfModel(database: Queryable, modelName: string): Promise<string | undefined> {
  const row = await database.maybeOne<{ tenant: string }>(
    'select tenant from known_version where model_name = $1 limit 1',
    [modelName],
  );
  return row?.tenant;
}

export function dataSetById(
  database: Queryable,
  tenant: string,
  id: string,
): Promise<KnownDataSet | undefined> {
  return database.maybeOne<KnownDataSet>(
    `select id, tenant, artifact_uri as "artifactUri", example_count as "exampleCount" from known_data_set
      where tenant in ($1, $2) and id = $3`,
    [tenant, platformTenant, id],
  );
}
