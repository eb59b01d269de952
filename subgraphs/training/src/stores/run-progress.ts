/**
 * What a run did: transitions, points of its loss curve, checkpoints, and the events that tell followers of them.
 * Everything is written in the caller's transaction, under the lock on the run's row, so sequences have no gaps.
 */
import { randomUUID } from 'node:crypto';
import type { Queryable, Transaction } from '@fathom/platform/database/database';
import { createJobLog, type Move, type Writer } from '@fathom/platform/jobs/job-log';
import type { Checkpoint, LossPoint, Transition } from '../domain/records.ts';
import { type RunStatus, runStates } from '../domain/run-states.ts';

/** In JSON, so the moment is ISO 8601. */
export type StoredTransition = Omit<Transition, 'at'> & { readonly at: string };

/** The payload of a progress event; JSON, so moments are ISO strings. */
export type ProgressPayload =
  | { readonly kind: 'stepped'; readonly point: LossPoint; readonly etaSeconds: number }
  | {
      readonly kind: 'checkpointed';
      readonly checkpoint: Omit<Checkpoint, 'createdAt'> & { readonly createdAt: string };
    }
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
    { kind: 'stepped', point: newest, etaSeconds: secondsLeft(newest, run.totalSteps) },
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

/** A checkpoint is durable progress: crashes before it no longer count. A second time for a step changes nothing. */
export async function recordCheckpoint(
  tx: Queryable,
  writer: Writer,
  saved: Omit<Checkpoint, 'id' | 'createdAt'>,
): Promise<void> {
  await runLog.lock(tx, writer);
  const createdAt = new Date().toISOString();
  const inserted = await tx.maybeOne<{ id: string }>(
    `insert into checkpoint (id, run_id, step, size_bytes, sha256, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (run_id, step) do nothing returning id`,
    [`checkpoint_${randomUUID()}`, writer.jobId, saved.step, saved.sizeBytes, saved.sha256, createdAt],
  );
  await tx.query('update training_run set crashes = 0 where id = $1', [writer.jobId]);
  if (!inserted) return;
  await append(tx, writer.jobId, [
    { kind: 'checkpointed', checkpoint: { ...saved, id: inserted.id, createdAt } },
  ]);
}

/** Forgets all but the newest checkpoints; returns the steps forgotten. */
export async function dropOldCheckpoints(
  tx: Queryable,
  runId: string,
  keep: number,
): Promise<readonly number[]> {
  const dropped = await tx.query<{ step: number }>(
    `delete from checkpoint where run_id = $1 and step not in
       (select step from checkpoint where run_id = $1 order by step desc limit $2) returning step`,
    [runId, keep],
  );
  return dropped.map(({ step }) => step);
}

export async function dropCheckpoint(tx: Queryable, runId: string, step: number): Promise<void> {
  await tx.query('delete from checkpoint where run_id = $1 and step = $2', [runId, step]);
}

/** Typed, where the log takes any payload. */
export function append(tx: Queryable, runId: string, payloads: readonly ProgressPayload[]): Promise<void> {
  return runLog.append(tx, runId, payloads);
}

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
    `select run_id as "runId", id, step, size_bytes as "sizeBytes", sha256, created_at as "createdAt" from checkpoint
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
    `select c.id, c.step, c.size_bytes as "sizeBytes", c.sha256, c.created_at as "createdAt"
       from checkpoint c join training_run r on r.id = c.run_id where c.id = any($2) and r.tenant = any($1)`,
    [tenants, ids],
  );
}
