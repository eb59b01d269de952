import type { Queryable } from '@fathom/platform/database/queryable';
import type { PageRequest } from '@fathom/platform/pagination';
import { type DataSet, platformTenant } from '../domain/records.ts';

const columns = `id, tenant, name, version, example_count as "exampleCount", size_bytes as "sizeBytes", sha256,
  artifact_uri as "artifactUri", sample, statistics, feature_view_id as "featureViewId", features_as_of as "featuresAsOf", provenance,
  created_at as "createdAt"`;

export type NewDataSet = Omit<DataSet, 'createdAt' | 'version'>;

/** Whoever adds a version to a name waits for whoever is doing so. Until the end of the transaction. */
export async function lockName(tx: Queryable, tenant: string, name: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    JSON.stringify(['data set', tenant, name]),
  ]);
}

/** The id of the version of this name that has this content. */
export async function equalDataSet(
  tx: Queryable,
  { tenant, name, sha256 }: Pick<DataSet, 'tenant' | 'name' | 'sha256'>,
): Promise<string | undefined> {
  const equal = await tx.maybeOne<{ id: string }>(
    `select id from data_set where tenant = $1 and name = $2 and sha256 = $3 and artifact_uri is not null
      order by version desc limit 1`,
    [tenant, name, sha256],
  );
  return equal?.id;
}

/** The version that it became; undefined if there is one by that id already, since an id stands for its content. */
export async function insertDataSet(tx: Queryable, dataSet: NewDataSet): Promise<number | undefined> {
  await lockName(tx, dataSet.tenant, dataSet.name);
  const inserted = await tx.maybeOne<{ version: number }>(
    `insert into data_set (id, tenant, name, version, example_count, size_bytes, sha256, artifact_uri, sample, feature_view_id,
       features_as_of, provenance, statistics)
     select $1, $2, $3, (select coalesce(max(version), 0) + 1 from data_set where tenant = $2 and name = $3),
       $4, $5, $6, $7, $8, $9, $10, $11, $12
     on conflict (id) do nothing returning version`,
    [
      dataSet.id,
      dataSet.tenant,
      dataSet.name,
      dataSet.exampleCount,
      dataSet.sizeBytes,
      dataSet.sha256,
      dataSet.artifactUri,
      JSON.stringify(dataSet.sample),
      dataSet.featureViewId,
      dataSet.featuresAsOf,
      dataSet.provenance,
      dataSet.statistics && JSON.stringify(dataSet.statistics),
    ],
  );
  return inserted?.version;
}

/** Those of the tenant and of the platform, in any order. */
export function dataSetsByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly DataSet[]> {
  return database.query<DataSet>(
    `select ${columns} from data_set where tenant in ($1, $2) and id = any($3)`,
    [tenant, platformTenant, ids],
  );
}

export function pageOfDataSets(
  database: Queryable,
  tenant: string,
  { first, after, name }: PageRequest & { readonly name: string | undefined },
): Promise<readonly DataSet[]> {
  return database.query<DataSet>(
    `select ${columns} from data_set
      where tenant in ($1, $2) and ($3::timestamptz is null or (created_at, id) < ($3, $4))
        and ($6::text is null or name = $6)
        and not exists (select from data_set_removal where data_set_id = data_set.id)
      order by created_at desc, id desc limit $5`,
    [tenant, platformTenant, after?.[0] ?? null, after?.[1] ?? null, first + 1, name ?? null],
  );
}

/** Newest first, at most 100 a name; names are of the tenant or of the platform, as the data sets' rows say. */
export function versionsOfNames(
  database: Queryable,
  names: readonly Pick<DataSet, 'tenant' | 'name'>[],
): Promise<readonly DataSet[]> {
  return database.query<DataSet>(
    `select version.* from unnest($1::text[], $2::text[]) as wanted (tenant, name),
       lateral (select ${columns} from data_set where tenant = wanted.tenant and name = wanted.name
                order by version desc limit 100) version
      order by version.version desc`,
    [names.map(({ tenant }) => tenant), names.map(({ name }) => name)],
  );
}
