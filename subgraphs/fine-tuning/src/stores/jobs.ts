import type { Queryable } from '@fathom/platform/database/queryable';
import type { Transaction } from '@fathom/platform/database/transaction';
import { createJobLog, type Move, type Moved, type Writer } from '@fathom/platform/jobs/job-log';
import type { PageRequest } from '@fathom/platform/pagination';
import { type JobStatus, jobStates } from '../domain/job-states.ts';
import type { FineTuningJob, LossPoint } from '../domain/records.ts';

const columns = `id, tenant, base_version_id as "baseVersionId", model_name as "modelName", data_set_id as "dataSetId",
  examples_uri as "examplesUri", example_count as "exampleCount", rank, alpha, learning_rate as "learningRate",
  batch_size as "batchSize", seed, status, detail, failure_code as "failureCode", step, total_steps as "totalSteps", loss,
  initial_held_out_loss as "initialHeldOutLoss", final_held_out_loss as "finalHeldOutLoss",
  parameter_count as "parameterCount", checkpoint_step as "checkpointStep", checkpoint_sha256 as "checkpointSha256",
  started_by as "startedBy", created_at as "createdAt", finished_at as "finishedAt", last_sequence as "lastSequence"`;

export const jobLog = createJobLog<JobStatus>({ table: 'fine_tuning_job', states: jobStates });

/** The payload of a progress event, as JSON. */
export type ProgressPayload =
  | { readonly kind: 'stepped'; readonly point: LossPoint; readonly etaSeconds: number }
  | { readonly kind: 'transitioned'; readonly transition: Omit<Moved<JobStatus>, 'from'> };

export type NewJob = Pick<
  FineTuningJob,
  | 'id'
  | 'tenant'
  | 'baseVersionId'
  | 'modelName'
  | 'dataSetId'
  | 'examplesUri'
  | 'rank'
  | 'alpha'
  | 'learningRate'
  | 'batchSize'
  | 'seed'
  | 'totalSteps'
  | 'startedBy'
>;

/** QUEUED, and the event that tells of it. */
export async function insertJob(tx: Queryable, job: NewJob): Promise<void> {
  await tx.query(
    `insert into fine_tuning_job (id, tenant, base_version_id, model_name, data_set_id, examples_uri, rank, alpha,
       learning_rate, batch_size, seed, total_steps, started_by, status)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'QUEUED')`,
    [
      job.id,
      job.tenant,
      job.baseVersionId,
      job.modelName,
      job.dataSetId,
      job.examplesUri,
      job.rank,
      job.alpha,
      job.learningRate,
      job.batchSize,
      job.seed,
      job.totalSteps,
      job.startedBy,
    ],
  );
  const transition = { to: 'QUEUED', detail: 'waits for a worker', at: new Date().toISOString() } as const;
  await append(tx, job.id, { kind: 'transitioned', transition });
}

export function jobById(database: Queryable, id: string): Promise<FineTuningJob | undefined> {
  return database.maybeOne<FineTuningJob>(`select ${columns} from fine_tuning_job where id = $1`, [id]);
}

/** The tenant's, in any order. */
export function jobsByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly FineTuningJob[]> {
  return database.query<FineTuningJob>(
    `select ${columns} from fine_tuning_job where tenant = $1 and id = any($2)`,
    [tenant, ids],
  );
}

export function pageOfJobs(
  database: Queryable,
  tenant: string,
  { first, after }: PageRequest,
): Promise<readonly FineTuningJob[]> {
  return database.query<FineTuningJob>(
    `select ${columns} from fine_tuning_job
      where tenant = $1 and ($2::timestamptz is null or (created_at, id) < ($2, $3))
      order by created_at desc, id desc limit $4`,
    [tenant, after?.[0] ?? null, after?.[1] ?? null, first + 1],
  );
}

/** Moves the job and tells followers. */
export async function transition(tx: Transaction, writer: Writer, move: Move<JobStatus>): Promise<void> {
  const { to, detail, at } = await jobLog.move(tx, writer, move);
  await append(tx, writer.jobId, { kind: 'transitioned', transition: { to, detail, at } });
}

export interface Preparation {
  readonly exampleCount: number;
  readonly parameterCount: number;
  /** Null keeps what an earlier worker measured. */
  readonly initialHeldOutLoss: number | null;
}

export async function recordPreparation(tx: Queryable, writer: Writer, found: Preparation): Promise<void> {
  await jobLog.lock(tx, writer);
  await tx.query(
    `update fine_tuning_job set example_count = $2, parameter_count = $3,
       initial_held_out_loss = coalesce(initial_held_out_loss, $4) where id = $1`,
    [writer.jobId, found.exampleCount, found.parameterCount, found.initialHeldOutLoss],
  );
}

/** Steps that a resumed worker takes a second time are the same to the bit and are dropped: each is told once. */
export async function recordPoints(
  tx: Queryable,
  writer: Writer,
  points: readonly (LossPoint & { readonly tokensSeen: number })[],
): Promise<void> {
  await jobLog.lock(tx, writer);
  const job = await tx.one<{ step: number; totalSteps: number }>(
    'select step, total_steps as "totalSteps" from fine_tuning_job where id = $1',
    [writer.jobId],
  );
  const fresh = points.filter(({ step }) => step > job.step);
  const newest = fresh.at(-1);
  if (!newest) return;
  await tx.query(
    `insert into loss_point (job_id, step, loss, learning_rate, tokens_per_second)
     select $1, p.* from jsonb_to_recordset($2)
       as p ("step" integer, "loss" float8, "learningRate" float8, "tokensPerSecond" float8)`,
    [writer.jobId, JSON.stringify(fresh)],
  );
  await tx.query('update fine_tuning_job set step = $2, loss = $3 where id = $1', [
    writer.jobId,
    newest.step,
    newest.loss,
  ]);
  const { tokensSeen, ...point } = newest;
  const etaSeconds = ((job.totalSteps - point.step) * (tokensSeen / point.step)) / point.tokensPerSecond;
  await append(tx, writer.jobId, { kind: 'stepped', point, etaSeconds });
}

/** Durable progress: crashes before it no longer count. Returns the step of the checkpoint that it replaces. */
export async function recordCheckpoint(
  tx: Queryable,
  writer: Writer,
  { step, sha256 }: { readonly step: number; readonly sha256: string },
): Promise<number | null> {
  await jobLog.lock(tx, writer);
  const { before } = await tx.one<{ before: number | null }>(
    'select checkpoint_step as before from fine_tuning_job where id = $1',
    [writer.jobId],
  );
  await tx.query(
    'update fine_tuning_job set checkpoint_step = $2, checkpoint_sha256 = $3, crashes = 0 where id = $1',
    [writer.jobId, step, sha256],
  );
  return before === step ? null : before;
}

export async function recordFinalLoss(tx: Queryable, writer: Writer, heldOutLoss: number): Promise<void> {
  await tx.query('update fine_tuning_job set final_held_out_loss = $2 where id = $1', [
    writer.jobId,
    heldOutLoss,
  ]);
}

/** At most `maxPoints` a job: the newest of each of as many equal stretches of its curve. */
export function lossCurves(
  database: Queryable,
  jobIds: readonly string[],
  maxPoints: number,
): Promise<readonly (LossPoint & { readonly jobId: string })[]> {
  return database.query<LossPoint & { readonly jobId: string }>(
    `select distinct on (job_id, stretch) job_id as "jobId", step, loss, learning_rate as "learningRate",
            tokens_per_second as "tokensPerSecond"
       from (select *, (row_number() over (partition by job_id order by step) - 1) * $2::bigint
                       / greatest(count(*) over (partition by job_id), $2::bigint) as stretch
               from loss_point where job_id = any($1)) p
      order by job_id, stretch, step desc`,
    [jobIds, maxPoints],
  );
}

function append(tx: Queryable, jobId: string, payload: ProgressPayload): Promise<void> {
  return jobLog.append(tx, jobId, [payload]);
}
