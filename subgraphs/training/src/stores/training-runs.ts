import type { Queryable } from '@fathom/platform/database/queryable';
import type { PageRequest } from '@fathom/platform/pagination';
import { type LossPoint, platformTenant, type TrainingRun } from '../domain/records.ts';
import type { RunStatus, StopReason } from '../domain/run-states.ts';
import { append, insertPoints, insertTransition, secondsLeft } from './run-progress.ts';

const columns = `id, tenant, model_name as "modelName", data_set_id as "dataSetId", initial_version_id as "initialVersionId",
  promote_to as "promoteTo", config, seed, status, detail, failure_code as "failureCode",
  stop_reason as "stopReason", attempt, retry_of as "retryOf", code_version as "codeVersion", step,
  total_steps as "totalSteps", tokens_seen as "tokensSeen", parameter_count as "parameterCount", loss,
  started_by as "startedBy", created_at as "createdAt", finished_at as "finishedAt", last_sequence as "lastSequence"`;

export type NewRun = Pick<
  TrainingRun,
  | 'id'
  | 'tenant'
  | 'modelName'
  | 'dataSetId'
  | 'initialVersionId'
  | 'promoteTo'
  | 'config'
  | 'seed'
  | 'totalSteps'
  | 'startedBy'
  | 'retryOf'
  | 'codeVersion'
>;

/** QUEUED, without its first transition: see `recordTransition`. */
export async function insertRun(tx: Queryable, run: NewRun): Promise<void> {
  await tx.query(
    `insert into training_run (id, tenant, model_name, data_set_id, initial_version_id, promote_to, config, seed,
       total_steps, started_by, retry_of, code_version, status)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'QUEUED')`,
    [
      run.id,
      run.tenant,
      run.modelName,
      run.dataSetId,
      run.initialVersionId,
      run.promoteTo,
      JSON.stringify(run.config),
      run.seed,
      run.totalSteps,
      run.startedBy,
      run.retryOf,
      run.codeVersion,
    ],
  );
}

export function runById(database: Queryable, id: string): Promise<TrainingRun | undefined> {
  return database.maybeOne<TrainingRun>(`select ${columns} from training_run where id = $1`, [id]);
}

/** Those of the tenant and of the platform, in any order. */
export function runsByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly TrainingRun[]> {
  return database.query<TrainingRun>(
    `select ${columns} from training_run where tenant in ($1, $2) and id = any($3)`,
    [tenant, platformTenant, ids],
  );
}

/** Newest first, at most 20 for each data set. */
export function runsOfDataSets(
  database: Queryable,
  tenant: string,
  dataSetIds: readonly string[],
): Promise<readonly TrainingRun[]> {
  return database.query<TrainingRun>(
    `select run.* from unnest($3::text[]) as wanted (id)
       cross join lateral (select ${columns} from training_run
         where data_set_id = wanted.id and tenant in ($1, $2) order by created_at desc, id desc limit 20) run`,
    [tenant, platformTenant, dataSetIds],
  );
}

export function pageOfRuns(
  database: Queryable,
  tenant: string,
  { first, after, status }: PageRequest & { readonly status: RunStatus | undefined },
): Promise<readonly TrainingRun[]> {
  return database.query<TrainingRun>(
    `select ${columns} from training_run
      where tenant in ($1, $2) and ($3::timestamptz is null or (created_at, id) < ($3, $4))
        and ($5::text is null or status = $5)
      order by created_at desc, id desc limit $6`,
    [tenant, platformTenant, after?.[0] ?? null, after?.[1] ?? null, status ?? null, first + 1],
  );
}

/** Newest first, of each run that was repeated. */
export function retriesOfRuns(
  database: Queryable,
  runIds: readonly string[],
): Promise<readonly TrainingRun[]> {
  return database.query<TrainingRun>(
    `select ${columns} from training_run where retry_of = any($1) order by created_at desc, id desc`,
    [runIds],
  );
}

/** What a stop request is to make of the run; null where none stands. The run must be locked. */
export async function setStopAs(
  tx: Queryable,
  id: string,
  stopAs: 'PAUSED' | 'CANCELLED' | null,
): Promise<void> {
  await tx.query('update training_run set stop_as = $2 where id = $1', [id, stopAs]);
}

export async function stopAsOf(tx: Queryable, id: string): Promise<'PAUSED' | 'CANCELLED'> {
  const run = await tx.one<{ stopAs: 'PAUSED' | 'CANCELLED' | null }>(
    'select stop_as as "stopAs" from training_run where id = $1',
    [id],
  );
  return run.stopAs ?? 'CANCELLED';
}

export async function setStopReason(tx: Queryable, id: string, reason: StopReason): Promise<void> {
  await tx.query('update training_run set stop_reason = $2 where id = $1', [id, reason]);
}

export async function setParameterCount(tx: Queryable, id: string, parameterCount: number): Promise<void> {
  await tx.query('update training_run set parameter_count = $2 where id = $1', [id, parameterCount]);
}

export interface ImportedRun
  extends Omit<NewRun, 'initialVersionId' | 'promoteTo' | 'totalSteps' | 'retryOf' | 'codeVersion'> {
  readonly steps: number;
  readonly tokensSeen: number;
  readonly parameterCount: number;
  readonly loss: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly points: readonly LossPoint[];
}

/** A run that another installation completed: its curve and its end are told to followers as if they had watched. */
export async function importRun(tx: Queryable, run: ImportedRun): Promise<void> {
  await tx.query(
    `insert into training_run (id, tenant, model_name, data_set_id, config, seed, total_steps, step, tokens_seen,
       parameter_count, loss, started_by, created_at, finished_at, status, detail)
     values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12, $13, 'COMPLETED', $14)`,
    [
      run.id,
      run.tenant,
      run.modelName,
      run.dataSetId,
      JSON.stringify(run.config),
      run.seed,
      run.steps,
      run.tokensSeen,
      run.parameterCount,
      run.loss,
      run.startedBy,
      run.startedAt,
      run.endedAt,
      importedDetail,
    ],
  );
  await insertPoints(tx, run.id, run.points);
  const at = run.endedAt.toISOString();
  const transition = { from: null, to: 'COMPLETED', detail: importedDetail, at } as const;
  await insertTransition(tx, run.id, transition);
  await append(tx, run.id, [
    ...run.points.map((point, index) => ({
      kind: 'stepped' as const,
      point,
      stepBefore: run.points[index - 1]?.step ?? 0,
      etaSeconds: secondsLeft(point, run.steps),
    })),
    { kind: 'transitioned', transition },
  ]);
}

const importedDetail = 'completed before it was imported with the release';
