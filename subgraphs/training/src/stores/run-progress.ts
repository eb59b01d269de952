/**
 * What a run did: transitions, points of its loss curve, checkpoints, and the events that tell followers of them.
 * Everything is written in the caller's transaction, under the lock on the run's row, so sequences have no gaps.
 */
import { randomUUID } from 'node:crypto';
import type { Queryable, Transaction } from '@fathom/platform/database/database';
import type { StreamEvent } from '@fathom/platform/streams/stream-buffer';
import type { Checkpoint, LossPoint, Transition } from '../domain/records.ts';
import { type RunStatus, runStates } from '../domain/run-states.ts';
import { raise } from '../errors.ts';

/** The payload of a progress event; JSON, so moments are ISO strings. */
export type ProgressPayload =
  | { readonly kind: 'stepped'; readonly point: LossPoint; readonly etaSeconds: number }
  | {
      readonly kind: 'checkpointed';
      readonly checkpoint: Omit<Checkpoint, 'createdAt'> & { readonly createdAt: string };
    }
  | { readonly kind: 'transitioned'; readonly transition: Omit<Transition, 'at'> & { readonly at: string } };

/** Who writes: a worker's claim, which a later claim fences off, or a user's action. */
export interface Writer {
  readonly runId: string;
  readonly attempt?: number;
}

interface LockedRun {
  readonly status: RunStatus;
  readonly tenant: string;
  readonly modelName: string;
  readonly step: number;
  readonly totalSteps: number;
}

/** Throws LEASE_LOST if the claim is no longer the newest. */
export async function lockRun(tx: Queryable, { runId, attempt }: Writer): Promise<LockedRun> {
  const run = await tx.maybeOne<LockedRun>(
    `select status, tenant, model_name as "modelName", step, total_steps as "totalSteps" from training_run
      where id = $1 and ($2::integer is null or attempt = $2) for update`,
    [runId, attempt ?? null],
  );
  if (!run) throw raise('LEASE_LOST', { because: runId });
  return run;
}

export interface Move {
  readonly to: RunStatus;
  readonly detail?: string | null;
  /** With FAILED. */
  readonly failureCode?: string;
}

/** Moves the run, appends to its history, tells followers and announces `training-run.progressed`. */
export async function transition(tx: Transaction, writer: Writer, move: Move): Promise<void> {
  const run = await lockRun(tx, writer);
  runStates.assertMove(run.status, move.to);
  await tx.query(
    `update training_run set status = $2, detail = $3, failure_code = $4,
       finished_at = case when $5 then clock_timestamp() end where id = $1`,
    [writer.runId, move.to, move.detail ?? null, move.failureCode ?? null, runStates.isResting(move.to)],
  );
  await appendTransition(tx, run, {
    runId: writer.runId,
    from: run.status,
    to: move.to,
    detail: move.detail ?? null,
  });
}

export async function appendTransition(
  tx: Transaction,
  run: Omit<LockedRun, 'status'>,
  { runId, from, to, detail }: { readonly runId: string } & Omit<Transition, 'at'>,
): Promise<void> {
  const at = new Date().toISOString();
  await insertTransition(tx, runId, { from, to, detail, at });
  await appendEvents(tx, runId, [{ kind: 'transitioned', transition: { from, to, detail, at } }]);
  await tx.publish({
    topic: 'training-run.progressed',
    key: runId,
    payload: {
      runId,
      tenant: run.tenant,
      modelName: run.modelName,
      status: to,
      detail,
      step: run.step,
      totalSteps: run.totalSteps,
      at,
    },
  });
}

/**
 * Stores points. Steps that a resumed worker takes a second time are the same to the bit and are dropped, so that
 * followers see each step once; only then is there no event.
 */
export async function recordPoints(
  tx: Queryable,
  writer: Writer,
  points: readonly LossPoint[],
): Promise<void> {
  const run = await lockRun(tx, writer);
  const fresh = points.filter((point) => point.step > run.step);
  const newest = fresh.at(-1);
  if (!newest) return;
  await insertPoints(tx, writer.runId, fresh);
  await tx.query('update training_run set step = $2, tokens_seen = $3, loss = $4 where id = $1', [
    writer.runId,
    newest.step,
    newest.tokensSeen,
    newest.loss,
  ]);
  await appendEvents(tx, writer.runId, [
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
  { from, to, detail, at }: Omit<Transition, 'at'> & { readonly at: string },
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
  await lockRun(tx, writer);
  const createdAt = new Date().toISOString();
  const inserted = await tx.maybeOne<{ id: string }>(
    `insert into checkpoint (id, run_id, step, size_bytes, sha256, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (run_id, step) do nothing returning id`,
    [`checkpoint_${randomUUID()}`, writer.runId, saved.step, saved.sizeBytes, saved.sha256, createdAt],
  );
  await tx.query('update training_run set crashes = 0 where id = $1', [writer.runId]);
  if (!inserted) return;
  await appendEvents(tx, writer.runId, [
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

export async function appendEvents(
  tx: Queryable,
  runId: string,
  payloads: readonly ProgressPayload[],
): Promise<void> {
  await tx.query(
    `with numbered as (
       update training_run set last_sequence = last_sequence + $3 where id = $1 returning last_sequence - $3 as before
     )
     insert into training_run_event (run_id, sequence, payload)
     select $1, before + position, payload from numbered, jsonb_array_elements($2::jsonb) with ordinality e (payload, position)`,
    [runId, JSON.stringify(payloads), payloads.length],
  );
}

export function eventsAfter(
  database: Queryable,
  runId: string,
  afterSequence: number,
  limit: number,
): Promise<readonly StreamEvent[]> {
  return database.query<StreamEvent>(
    `select sequence, payload from training_run_event where run_id = $1 and sequence > $2 order by sequence limit $3`,
    [runId, afterSequence, limit],
  );
}

/** True if the run rests and nothing comes behind this event. */
export async function isLastEvent(database: Queryable, runId: string, sequence: number): Promise<boolean> {
  const row = await database.maybeOne<{ status: RunStatus }>(
    'select status from training_run where id = $1 and last_sequence <= $2',
    [runId, sequence],
  );
  return row !== undefined && runStates.isResting(row.status);
}

type OfRun<Row> = Row & { readonly runId: string };

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

/**
 * At most `maxPoints` points a run, one from each of as many equal stretches of the curve: the newest with a held-out
 * loss, else the newest.
 */
export function lossCurves(
  database: Queryable,
  runIds: readonly string[],
  maxPoints: number,
): Promise<readonly OfRun<LossPoint>[]> {
  return database.query<OfRun<LossPoint>>(
    `select "runId", step, "tokensSeen", loss, "heldOutLoss", "learningRate", "gradientNorm", "tokensPerSecond" from (
       select distinct on (p.run_id, stretch) p.run_id as "runId", p.step, p.tokens_seen as "tokensSeen", p.loss,
              p.held_out_loss as "heldOutLoss", p.learning_rate as "learningRate", p.gradient_norm as "gradientNorm",
              p.tokens_per_second as "tokensPerSecond"
         from (select *, (row_number() over (partition by run_id order by step) - 1) * $2::bigint
                         / greatest(count(*) over (partition by run_id), $2::bigint) as stretch
                 from loss_point where run_id = any($1)) p
        order by p.run_id, stretch, (p.held_out_loss is not null) desc, p.step desc
     ) thinned order by "runId", step`,
    [runIds, maxPoints],
  );
}
