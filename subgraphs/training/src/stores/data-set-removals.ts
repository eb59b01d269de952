/** Data sets whose examples were removed, and what stands in the way of removing them. */
import type { Queryable } from '@fathom/platform/database/queryable';
import type { Transaction } from '@fathom/platform/database/transaction';
import type { DataSet, DataSetReference, DataSetRemoval } from '../domain/records.ts';

const removalColumns = `data_set_id as id, artifact_uri as "artifactUri", removed_by as "removedBy", reason,
  removed_at as "removedAt"`;

export function removalsByDataSets(
  database: Queryable,
  ids: readonly string[],
): Promise<readonly DataSetRemoval[]> {
  return database.query<DataSetRemoval>(
    `select ${removalColumns} from data_set_removal where data_set_id = any($1)`,
    [ids],
  );
}

/** Until the end of the transaction: whoever begins to refer to it waits. */
export async function lockDataSet(tx: Queryable, id: string): Promise<void> {
  await tx.query('select from data_set where id = $1 for update', [id]);
}

/** What of this service needs its examples. */
export function referencesToDataSet(tx: Queryable, id: string): Promise<readonly DataSetReference[]> {
  return tx.query<DataSetReference>(
    `select 'TRAINING_RUN' as kind, id from training_run
       where data_set_id = $1 and status not in ('COMPLETED', 'CANCELLED', 'FAILED')
     union all
     select 'EVALUATION_RUN', id from evaluation_run where data_set_id = $1 and status in ('QUEUED', 'RUNNING')
     union all
     select 'EVALUATION_SUITE', id from evaluation_suite where data_set_id = $1
     order by kind, id`,
    [id],
  );
}

export interface NewRemoval {
  readonly artifactUri: string;
  readonly removedBy: string;
  readonly reason: string;
}

/** Takes its examples from the record, says so, and announces it. The data set must be locked. */
export async function recordDataSetRemoval(
  tx: Transaction,
  { id, tenant, name }: DataSet,
  { artifactUri, removedBy, reason }: NewRemoval,
): Promise<void> {
  const { removedAt } = await tx.one<DataSetRemoval>(
    `insert into data_set_removal (data_set_id, artifact_uri, removed_by, reason) values ($1, $2, $3, $4)
     returning ${removalColumns}`,
    [id, artifactUri, removedBy, reason],
  );
  await tx.query(`update data_set set artifact_uri = null, size_bytes = null, sample = '[]' where id = $1`, [
    id,
  ]);
  await tx.publish({
    topic: 'data-set.removed',
    key: id,
    payload: { dataSetId: id, tenant, name, removedBy, reason, at: removedAt },
  });
}

/** Equal examples under another name, or of another tenant, are the same artifact. */
export async function areExamplesInUse(tx: Queryable, artifactUri: string): Promise<boolean> {
  const { used } = await tx.one<{ used: boolean }>(
    'select exists (select from data_set where artifact_uri = $1) as used',
    [artifactUri],
  );
  return used;
}

/** How often this content was removed from this name: what is stored anew has an id of its own. */
export async function timesRemoved(
  tx: Queryable,
  { tenant, name, sha256 }: Pick<DataSet, 'tenant' | 'name' | 'sha256'>,
): Promise<number> {
  const { times } = await tx.one<{ times: number }>(
    `select count(*)::integer as times from data_set_removal
       join data_set on data_set.id = data_set_id where tenant = $1 and name = $2 and sha256 = $3`,
    [tenant, name, sha256],
  );
  return times;
}
