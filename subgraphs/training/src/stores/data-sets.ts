import type { Queryable } from '@fathom/platform/database/database';
import type { PageRequest } from '@fathom/platform/pagination';
import { type DataSet, platformTenant } from '../domain/records.ts';

const columns = `id, tenant, name, example_count as "exampleCount", size_bytes as "sizeBytes", sha256,
  artifact_uri as "artifactUri", sample, feature_view_id as "featureViewId", features_as_of as "featuresAsOf", provenance,
  created_at as "createdAt"`;

export type NewDataSet = Omit<DataSet, 'createdAt'>;

/** False if there is one by that id already: an id stands for its content. */
export async function insertDataSet(tx: Queryable, dataSet: NewDataSet): Promise<boolean> {
  const inserted = await tx.query(
    `insert into data_set (id, tenant, name, example_count, size_bytes, sha256, artifact_uri, sample, feature_view_id,
       features_as_of, provenance)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing returning id`,
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
    ],
  );
  return inserted.length > 0;
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
  { first, after }: PageRequest,
): Promise<readonly DataSet[]> {
  return database.query<DataSet>(
    `select ${columns} from data_set
      where tenant in ($1, $2) and ($3::timestamptz is null or (created_at, id) < ($3, $4))
      order by created_at desc, id desc limit $5`,
    [tenant, platformTenant, after?.[0] ?? null, after?.[1] ?? null, first + 1],
  );
}
