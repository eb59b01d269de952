/**
 * Jobs as rows, shared by any number of instances: a job belongs to whoever holds its lease.
 *
 *   claim:   attempt + 1, lease_until = now + lease    (the oldest job that is active and whose lease has run out)
 *   renew:   lease_until = now + lease                 (only with the attempt of the claim)
 *   release: lease_until = null, lease_owner = null    (graceful end; the next claim is not counted as a crash)
 *   retry:   lease_until = now + pause                 (the worker died; lease_owner stays, the claim counts a crash)
 *
 * Invariant: `attempt` only grows, and every write on behalf of a job carries the attempt of its claim, so an instance
 * that lost its lease unknowingly (a long pause) cannot change what its successor does.
 *
 * The table belongs to the service and has these columns beside its own:
 *   id text, status text, created_at timestamptz, attempt integer, crashes integer, stop_requested boolean,
 *   lease_owner text, lease_until timestamptz
 */
import type { Database } from '../database/database.ts';
import type { Queryable } from '../database/queryable.ts';

export interface Claim {
  readonly id: string;
  /** Fences every write. */
  readonly attempt: number;
  /** Claims in a row that ended without a word. The service sets it to 0 when the job made durable progress. */
  readonly crashes: number;
  readonly status: string;
}

export type LeaseState = 'held' | 'stop-requested' | 'lost';

export interface LeaseQueue {
  claim(): Promise<Claim | undefined>;
  renew(claim: Claim): Promise<LeaseState>;
  release(claim: Claim): Promise<void>;
  retryAfter(claim: Claim, pauseMs: number): Promise<void>;
  /** Makes the holder stop its worker; `unclaimed` if nobody holds the job, so that the caller has to end it. */
  requestStop(tx: Queryable, id: string): Promise<'claimed' | 'unclaimed'>;
  /** Makes a resting job claimable as if it were new; its state is the caller's to change. */
  reset(tx: Queryable, id: string): Promise<void>;
}

export interface LeaseQueueOptions {
  readonly database: Database;
  /** A table of the service's own schema; never from input. */
  readonly table: string;
  readonly activeStates: readonly string[];
  readonly owner: string;
  readonly leaseMs: number;
}

export function createLeaseQueue({
  database,
  table,
  activeStates,
  owner,
  leaseMs,
}: LeaseQueueOptions): LeaseQueue {
  return {
    claim: () =>
      database.maybeOne<Claim>(
        `update ${table} set attempt = attempt + 1, crashes = crashes + (lease_owner is not null)::integer,
                lease_owner = $1, lease_until = clock_timestamp() + $2 * interval '1 millisecond'
          where id = (select id from ${table}
                       where status = any($3) and (lease_until is null or lease_until < clock_timestamp())
                       order by created_at, id limit 1 for update skip locked)
          returning id, attempt, crashes, status`,
        [owner, leaseMs, activeStates],
      ),
    async renew({ id, attempt }) {
      const row = await database.maybeOne<{ stop_requested: boolean }>(
        `update ${table} set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
          where id = $1 and attempt = $2 returning stop_requested`,
        [id, attempt, leaseMs],
      );
      if (!row) return 'lost';
      return row.stop_requested ? 'stop-requested' : 'held';
    },
    async release({ id, attempt }) {
      await database.query(
        `update ${table} set lease_owner = null, lease_until = null where id = $1 and attempt = $2`,
        [id, attempt],
      );
    },
    async retryAfter({ id, attempt }, pauseMs) {
      await database.query(
        `update ${table} set lease_until = clock_timestamp() + $3 * interval '1 millisecond' where id = $1 and attempt = $2`,
        [id, attempt, pauseMs],
      );
    },
    async requestStop(tx, id) {
      const job = await tx.one<{ claimed: boolean }>(
        `update ${table} set stop_requested = true where id = $1 returning lease_until is not null as claimed`,
        [id],
      );
      return job.claimed ? 'claimed' : 'unclaimed';
    },
    async reset(tx, id) {
      await tx.query(
        `update ${table} set stop_requested = false, crashes = 0, lease_owner = null, lease_until = null where id = $1`,
        [id],
      );
    },
  };
}
