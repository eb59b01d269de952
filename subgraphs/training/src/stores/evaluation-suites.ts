import type { Queryable } from '@fathom/platform/database/queryable';
import type { PageRequest } from '@fathom/platform/pagination';
import { type EvaluationSuite, platformTenant } from '../domain/records.ts';

const columns = `id, tenant, name, version, description, scoring, data_set_id as "dataSetId", created_by as "createdBy",
  created_at as "createdAt"`;

export type NewSuite = Omit<EvaluationSuite, 'version' | 'createdAt'>;

/** The next version of its name. Whoever adds one to the same name waits until the end of the transaction. */
export async function insertSuite(tx: Queryable, suite: NewSuite): Promise<EvaluationSuite> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    JSON.stringify(['evaluation suite', suite.tenant, suite.name]),
  ]);
  return tx.one<EvaluationSuite>(
    `insert into evaluation_suite (id, tenant, name, version, description, scoring, data_set_id, created_by)
     select $1, $2, $3, (select coalesce(max(version), 0) + 1 from evaluation_suite where tenant = $2 and name = $3),
       $4, $5, $6, $7
     returning ${columns}`,
    [suite.id, suite.tenant, suite.name, suite.description, suite.scoring, suite.dataSetId, suite.createdBy],
  );
}

/** Those of the tenant and of the platform, in any order. */
export function suitesByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly EvaluationSuite[]> {
  return database.query<EvaluationSuite>(
    `select ${columns} from evaluation_suite where tenant in ($1, $2) and id = any($3)`,
    [tenant, platformTenant, ids],
  );
}

export function pageOfSuites(
  database: Queryable,
  tenant: string,
  { first, after }: PageRequest,
): Promise<readonly EvaluationSuite[]> {
  return database.query<EvaluationSuite>(
    `select ${columns} from evaluation_suite
      where tenant in ($1, $2) and ($3::timestamptz is null or (created_at, id) < ($3, $4))
      order by created_at desc, id desc limit $5`,
    [tenant, platformTenant, after?.[0] ?? null, after?.[1] ?? null, first + 1],
  );
}
