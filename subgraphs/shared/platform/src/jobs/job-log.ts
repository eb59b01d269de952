/**
 * A job's state and the events that tell of it, in tables of the service.
 *
 * Everything is written under the lock on the job's row, in the caller's transaction: a state, its event and whatever
 * else belongs to the change are there together or not at all, and sequences have no gaps.
 *
 * Beside the columns of the lease queue the table has: detail text, failure_code text, finished_at timestamptz,
 * last_sequence integer. Its events are in `<table>_event` (job_id text, sequence integer, payload jsonb).
 */
import type { Queryable } from '../database/queryable.ts';
import { defineErrors, type ErrorTable } from '../errors.ts';
import type { StreamEvent } from '../streams/stream-buffer.ts';
import type { StateMachine } from './state-machine.ts';

export const jobErrors = {
  LEASE_LOST: { message: 'Another instance took this job over.', status: 409 },
} as const satisfies ErrorTable;

const raise = defineErrors(jobErrors);

/** Who writes: a worker's claim, which a later claim fences off, or, without `attempt`, a user's action. */
export interface Writer {
  readonly jobId: string;
  readonly attempt?: number;
}

export interface Move<State extends string> {
  readonly to: State;
  /** Why, for people. */
  readonly detail: string;
  /** With a failed state. */
  readonly failureCode?: string;
}

export interface Moved<State extends string> {
  readonly from: State;
  readonly to: State;
  readonly detail: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface JobLog<State extends string> {
  /** Throws LEASE_LOST if the claim is no longer the newest. */
  lock(tx: Queryable, writer: Writer): Promise<State>;
  /** Moves the job as its states allow; the caller appends the event that tells of it. */
  move(tx: Queryable, writer: Writer, move: Move<State>): Promise<Moved<State>>;
  append(tx: Queryable, jobId: string, payloads: readonly unknown[]): Promise<void>;
  /** Committed events after a sequence. */
  after(
    database: Queryable,
    jobId: string,
    afterSequence: number,
    limit: number,
  ): Promise<readonly StreamEvent[]>;
  /** True if the job rests and nothing comes behind this event. */
  isLast(database: Queryable, jobId: string, sequence: number): Promise<boolean>;
}

/** `table` is a name of the service's own schema, never from input. */
export function createJobLog<State extends string>(options: {
  readonly table: string;
  readonly states: StateMachine<State>;
}): JobLog<State> {
  const { table, states } = options;

  async function lock(tx: Queryable, { jobId, attempt }: Writer): Promise<State> {
    const row = await tx.maybeOne<{ status: State }>(
      `select status from ${table} where id = $1 and ($2::integer is null or attempt = $2) for update`,
      [jobId, attempt ?? null],
    );
    if (!row) throw raise('LEASE_LOST', { because: jobId });
    return row.status;
  }

  return {
    lock,
    async move(tx, writer, { to, detail, failureCode }) {
      const from = await lock(tx, writer);
      states.assertMove(from, to);
      await tx.query(
        `update ${table} set status = $2, detail = $3, failure_code = $4,
           finished_at = case when $5 then clock_timestamp() end where id = $1`,
        [writer.jobId, to, detail, failureCode ?? null, states.isResting(to)],
      );
      return { from, to, detail, at: new Date().toISOString() };
    },
    async append(tx, jobId, payloads) {
      await tx.query(
        `with numbered as (
           update ${table} set last_sequence = last_sequence + $3 where id = $1 returning last_sequence - $3 as before
         )
         insert into ${table}_event (job_id, sequence, payload)
         select $1, before + position, payload
           from numbered, jsonb_array_elements($2::jsonb) with ordinality e (payload, position)`,
        [jobId, JSON.stringify(payloads), payloads.length],
      );
    },
    after: (database, jobId, afterSequence, limit) =>
      database.query<StreamEvent>(
        `select sequence, payload from ${table}_event where job_id = $1 and sequence > $2 order by sequence limit $3`,
        [jobId, afterSequence, limit],
      ),
    async isLast(database, jobId, sequence) {
      const row = await database.maybeOne<{ status: State }>(
        `select status from ${table} where id = $1 and last_sequence <= $2`,
        [jobId, sequence],
      );
      return row !== undefined && states.isResting(row.status);
    },
  };
}
