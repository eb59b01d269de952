/** Evaluations that somebody asked for, from the request to what came of it. */
import type { Queryable } from '@fathom/platform/database/queryable';
import { type EvaluationRun, platformTenant } from '../domain/records.ts';

const columns = `id, tenant, version_id as "versionId", suite_id as "suiteId", data_set_id as "dataSetId", status, detail,
  failure_code as "failureCode", evaluation_id as "evaluationId", started_by as "startedBy", created_at as "createdAt",
  finished_at as "finishedAt"`;

export type NewEvaluationRun = Pick<
  EvaluationRun,
  'id' | 'tenant' | 'versionId' | 'suiteId' | 'dataSetId' | 'startedBy'
>;

export async function insertEvaluationRun(database: Queryable, run: NewEvaluationRun): Promise<void> {
  await database.query(
    `insert into evaluation_run (id, tenant, version_id, suite_id, data_set_id, status, detail, started_by)
     values ($1, $2, $3, $4, $5, 'QUEUED', 'waits for a worker', $6)`,
    [run.id, run.tenant, run.versionId, run.suiteId, run.dataSetId, run.startedBy],
  );
}

export function evaluationRunById(database: Queryable, id: string): Promise<EvaluationRun | undefined> {
  return database.maybeOne<EvaluationRun>(`select ${columns} from evaluation_run where id = $1`, [id]);
}

/** Those of the tenant and of the platform, in any order. */
export function evaluationRunsByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly EvaluationRun[]> {
  return database.query<EvaluationRun>(
    `select ${columns} from evaluation_run where tenant in ($1, $2) and id = any($3)`,
    [tenant, platformTenant, ids],
  );
}

/** Newest first, at most 20 a version. */
export function evaluationRunsOfVersions(
  database: Queryable,
  tenant: string,
  versionIds: readonly string[],
): Promise<readonly EvaluationRun[]> {
  return database.query<EvaluationRun>(
    `select run.* from unnest($3::text[]) as wanted (id)
       cross join lateral (select ${columns} from evaluation_run
         where version_id = wanted.id and tenant in ($1, $2) order by created_at desc, id desc limit 20) run`,
    [tenant, platformTenant, versionIds],
  );
}

export interface EvaluationRunMove {
  readonly status: EvaluationRun['status'];
  readonly detail: string;
  readonly failureCode?: string;
  readonly evaluationId?: string;
}

/** False where somebody else has the job by now, or it is over: nothing is changed then. */
export async function moveEvaluationRun(
  database: Queryable,
  { jobId, attempt }: { readonly jobId: string; readonly attempt: number },
  { status, detail, failureCode = undefined, evaluationId = undefined }: EvaluationRunMove,
): Promise<boolean> {
  const moved = await database.maybeOne<{ id: string }>(
    `update evaluation_run set status = $3, detail = $4, failure_code = $5, evaluation_id = $6,
            finished_at = case when $3 in ('COMPLETED', 'FAILED') then clock_timestamp() end
      where id = $1 and attempt = $2 and finished_at is null returning id`,
    [jobId, attempt, status, detail, failureCode ?? null, evaluationId ?? null],
  );
  return moved !== undefined;
}
