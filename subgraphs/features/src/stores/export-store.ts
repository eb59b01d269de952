import type { Queryable } from '@fathom/platform/database/queryable';
import type { TrainingSetExportRecord } from '../mappers.ts';

const columns = `id, view_id as "viewId", data_set_id as "dataSetId", name, as_of as "asOf", example_count as "exampleCount",
  skipped_count as "skippedCount", created_at as "createdAt"`;

export interface NewExport extends Omit<TrainingSetExportRecord, 'createdAt'> {
  readonly artifactUri: string;
  readonly sha256: string;
}

export function insertExport(tx: Queryable, made: NewExport): Promise<TrainingSetExportRecord> {
  return tx.one<TrainingSetExportRecord>(
    `insert into training_set_export
       (id, view_id, data_set_id, name, as_of, example_count, skipped_count, artifact_uri, sha256)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${columns}`,
    [
      made.id,
      made.viewId,
      made.dataSetId,
      made.name,
      made.asOf,
      made.exampleCount,
      made.skippedCount,
      made.artifactUri,
      made.sha256,
    ],
  );
}

/** Newest first; the views must be the tenant's own. */
export function exportsByViewIds(
  database: Queryable,
  viewIds: readonly string[],
): Promise<readonly TrainingSetExportRecord[]> {
  return database.query<TrainingSetExportRecord>(
    `select ${columns} from training_set_export where view_id = any($1) order by created_at desc, id desc`,
    [viewIds],
  );
}

export function exportsByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly TrainingSetExportRecord[]> {
  return database.query<TrainingSetExportRecord>(
    `select ${columns} from training_set_export e
     where id = any($2) and exists (select from feature_view v where v.id = e.view_id and v.tenant = $1)`,
    [tenant, ids],
  );
}
