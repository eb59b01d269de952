/**
 * What a run did: transitions, points of its loss curve, checkpoints, and the events that tell followers of them.
 * Everything is written in the caller's transaction, under the lock on the run's row, so sequences have no gaps.
 */
import { randomUUID } from 'node:crypto';
import type { Queryable } from '@fathom/platform/database/queryable';
import type { Transaction } from '@fathom/platform/database/transaction';
import { createJobLog, type Move, type Writer } from '@fathom/platform/jobs/job-log';
import type { Checkpoint, LossPoint, TrainingSample, Transition } from '../domain/records.ts';
import { type RunStatus, runStates } from '../domain/run-states.ts';

/** In JSON, so the moment is ISO 8601. */
export type StoredTransition = Omit<Transition, 'at'> & { readonly at: string };

/** The payload of a progress event; JSON, so moments are ISO strings. */
export type ProgressPayload =
  | {
      readonly kind: 'stepped';
      readonly point: LossPoint;
      /** Of the `stepped` event before; 0 for the first. Runs of an earlier release did not say it. */
      readonly stepBefore?: number;
      readonly etaSeconds: number;
    }
  | {
      readonly kind: 'checkpointed';
      readonly checkpoint: Omit<Checkpoint, 'createdAt'> & { readonly createdAt: string };
    }
  | { readonly kind: 'sampled'; readonly samples: readonly TrainingSample[] }
  | { readonly kind: 'transitioned'; readonly transition: StoredTransition };

export const runLog = createJobLog<RunStatus>({ table: 'training_run', states: runStates });

/** Moves the run, appends to its history, tells followers and announces `training-run.progressed`. */
export async function transition(tx: Transaction, writer: Writer, move: Move<RunStatus>): Promise<void> {
  await recordTransition(tx, writer.jobId, await runLog.move(tx, writer, move));
}

/** The first of a new run, or one that {@link runLog} made. */
export async function recordTransition(
  tx: Transaction,
  runId: string,
  made: StoredTransition,
): Promise<void> {
  await insertTransition(tx, runId, made);
  await append(tx, runId, [{ kind: 'transitioned', transition: made }]);
  const run = await tx.one<{ tenant: string; modelName: string; step: number; totalSteps: number }>(
    'select tenant, model_name as "modelName", step, total_steps as "totalSteps" from training_run where id = $1',
    [runId],
  );
  const { to: status, detail, at } = made;
  await tx.publish({
    topic: 'training-run.progressed',
    key: runId,
    payload: { runId, ...run, status, detail, at },
  });
}

/**
 * Stores points. Steps that a resumed worker takes a second time are the same to the bit and are dropped, so that
 * followers see each step once.
 */
export async function recordPoints(
  tx: Queryable,
  writer: Writer,
  points: readonly LossPoint[],
): Promise<void> {
  await runLog.lock(tx, writer);
  const run = await tx.one<{ step: number; totalSteps: number }>(
    'select step, total_steps as "totalSteps" from training_run where id = $1',
    [writer.jobId],
  );
  const fresh = points.filter((point) => point.step > run.step);
  const newest = fresh.at(-1);
  if (!newest) return;
  await insertPoints(tx, writer.jobId, fresh);
  await tx.query('update training_run set step = $2, tokens_seen = $3, loss = $4 where id = $1', [
    writer.jobId,
    newest.step,
    newest.tokensSeen,
    newest.loss,
  ]);
  await append(tx, writer.jobId, [
    { kind: 'stepped', point: newest, stepBefore: run.step, etaSeconds: secondsLeft(newest, run.totalSteps) },
  ]);
}

export async function insertPoints(
  tx: Queryable,
  runId: string,
  points: readonly LossPoint[],
): Promise<void> {
  await tx.query(
    `insert into loss_point (run_id, step, tokens_seen, loss, held_out_loss, learning_rate, gradient_norm, tokens_per_second)
     select $1, p.* from jsonb_to_recordset($2) as p ("step" integer, "tokensSeen" float8, "loss" float8,
       "heldOutLoss" float8, "learningRate" float8, "gradientNorm" float8, "tokensPerSecond" float8)`,
    [runId, JSON.stringify(points)],
  );
}

export async function insertTransition(
  tx: Queryable,
  runId: string,
  { from, to, detail, at }: StoredTransition,
): Promise<void> {
  await tx.query(
    'insert into training_run_transition (run_id, from_status, to_status, detail, at) values ($1, $2, $3, $4, $5)',
    [runId, from, to, detail, at],
  );
}

export function secondsLeft({ step, tokensSeen, tokensPerSecond }: LossPoint, totalSteps: number): number {
  const tokensPerStep = tokensSeen / step;
  return ((totalSteps - step) * tokensPerStep) / tokensPerSecond;
}

/** Steps that are taken a second time say the same and are dropped. */
export async function recordSamples(
  tx: Queryable,
  writer: Writer,
  { step, samples }: { readonly step: number; readonly samples: readonly Omit<TrainingSample, 'step'>[] },
): Promise<void> {
  await runLog.lock(tx, writer);
  const inserted = await tx.query(
    `insert into training_sample (run_id, step, position, prompt, completion)
     select $1, $2, s.position, s.sample ->> 'prompt', s.sample ->> 'completion'
       from jsonb_array_elements($3) with ordinality s (sample, position)
     on conflict do nothing returning position`,
    [writer.jobId, step, JSON.stringify(samples)],
  );
  if (inserted.length === 0) return;
  await append(tx, writer.jobId, [
    { kind: 'sampled', samples: samples.map((sample) => ({ step, ...sample })) },
  ]);
}

/** Newest first, at most `first` a run. */
export function samplesOfRuns(
  database: Queryable,
  runIds: readonly string[],
  first: number,
): Promise<readonly OfRun<TrainingSample>[]> {
  return database.query<OfRun<TrainingSample>>(
    `select sample.* from unnest($1::text[]) as wanted (id)
       cross join lateral (select run_id as "runId", step, prompt, completion from training_sample
         where run_id = wanted.id order by step desc, position limit $2) sample`,
    [runIds, first],
  );
}

/**
 * A checkpoint is durable progress: crashes before it no longer count. False a second time for a step, which changes
 * nothing: the first stays.
 */
export async function recordCheckpoint(
  tx: Queryable,
  writer: Writer,
  saved: Omit<Checkpoint, 'id' | 'createdAt'>,
): Promise<boolean> {
  await runLog.lock(tx, writer);
  const createdAt = new Date().toISOString();
  const inserted = await tx.maybeOne<{ id: string }>(
    `insert into checkpoint (id, run_id, step, size_bytes, sha256, held_out_loss, artifact_uri, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (run_id, step) do nothing returning id`,
    [
      `checkpoint_${randomUUID()}`,
      writer.jobId,
      saved.step,
      saved.sizeBytes,
      saved.sha256,
      saved.heldOutLoss,
      saved.artifactUri,
      createdAt,
    ],
  );
  await tx.query('update training_run set crashes = 0 where id = $1', [writer.jobId]);
  if (!inserted) return false;
  await append(tx, writer.jobId, [
    { kind: 'checkpointed', checkpoint: { ...saved, id: inserted.id, createdAt } },
  ]);
  return true;
}

/** Forgets all but the newest checkpoints and that of the lowest held-out loss; returns the artifacts of the forgotten. */
export async function dropOldCheckpoints(
  tx: Queryable,
  runId: string,
  keep: number,
): Promise<readonly string[]> {
  const dropped = await tx.query<{ artifactUri: string }>(
    `delete from checkpoint where run_id = $1
        and step not in (select step from checkpoint where run_id = $1 order by step desc limit $2)
        and step is distinct from (select step from checkpoint where run_id = $1 and held_out_loss is not null
                                    order by held_out_loss, step limit 1)
      returning artifact_uri as "artifactUri"`,
    [runId, keep],
  );
  return dropped.map(({ artifactUri }) => artifactUri);
}

export async function dropCheckpoint(tx: Queryable, runId: string, step: number): Promise<void> {
  await tx.query('delete from checkpoint where run_id = $1 and step = $2', [runId, step]);
}

/** Typed, where the log takes any payload. */
export function append(tx: Queryable, runId: string, payloads: readonly ProgressPayload[]): Promise<void> {
  return runLog.append(tx, runId, payloads);
}

const checkpointColumns = `id, step, size_bytes as "sizeBytes", sha256, held_out_loss as "heldOutLoss",
  artifact_uri as "artifactUri", created_at as "createdAt"`;

export type OfRun<Row> = Row & { readonly runId: string };

export function transitionsOfRuns(
  database: Queryable,
  runIds: readonly string[],
): Promise<readonly OfRun<Transition>[]> {
  return database.query<OfRun<Transition>>(
    `select run_id as "runId", from_status as "from", to_status as "to", detail, at from training_run_transition
      where run_id = any($1) order by run_id, position`,
    [runIds],
  );
}

export function checkpointsOfRuns(
  database: Queryable,
  runIds: readonly string[],
): Promise<readonly OfRun<Checkpoint>[]> {
  return database.query<OfRun<Checkpoint>>(
    `select run_id as "runId", ${checkpointColumns} from checkpoint
      where run_id = any($1) order by run_id, step desc`,
    [runIds],
  );
}

/** Visible ones, in any order. */
export function checkpointsByIds(
  database: Queryable,
  tenants: readonly string[],
  ids: readonly string[],
): Promise<readonly Checkpoint[]> {
  return database.query<Checkpoint>(
    `select ${checkpointColumns} from checkpoint where id = any($2)
        and run_id in (select id from training_run where tenant = any($1))`,
    [tenants, ids],
  );
}
