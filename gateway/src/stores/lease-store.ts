/** The table of leases: who holds how many permits of a name, and until when. */
import type { Database } from '@fathom/platform/database/database';

export interface LeaseRequest {
  readonly gateway: string;
  readonly name: string;
  /** Of all gateways together. */
  readonly limit: number;
  readonly wanted: number;
  readonly lifetimeMs: number;
}

export interface HeldLease {
  readonly name: string;
  readonly permits: number;
}

export interface LeaseStore {
  /** As many as there are, at most `wanted`, added to what the gateway holds. All that it holds then. */
  acquire(request: LeaseRequest): Promise<number>;
  /** Sets what the gateway holds, and answers with the names of which it still held anything. */
  renew(gateway: string, leases: readonly HeldLease[], lifetimeMs: number): Promise<ReadonlySet<string>>;
  release(gateway: string): Promise<void>;
}

export function createLeaseStore(database: Database): LeaseStore {
  return {
    acquire: ({ gateway, name, limit, wanted, lifetimeMs }) =>
      database.transaction(async (tx) => {
        // One at a time for each name, so that two gateways do not both see the last permit.
        await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 6))', [name]);
        await tx.query('delete from concurrency_leases where name = $1 and expires_at <= now()', [name]);
        const [held] = await tx.query<{ readonly permits: number }>(
          `insert into concurrency_leases as held (name, gateway, permits, expires_at)
           select $1, $2, least($4::int, greatest(0, $3::int - coalesce(sum(permits), 0)))::int,
                  now() + make_interval(secs => $5)
           from concurrency_leases where name = $1
           on conflict (name, gateway) do update
             set permits = held.permits + excluded.permits, expires_at = excluded.expires_at
           returning permits`,
          [name, gateway, limit, wanted, lifetimeMs / 1000],
        );
        return held?.permits ?? 0;
      }),

    async renew(gateway, leases, lifetimeMs) {
      const rows = await database.query<{ readonly name: string }>(
        `update concurrency_leases held set permits = wanted.permits, expires_at = now() + make_interval(secs => $4)
         from unnest($2::text[], $3::int[]) as wanted (name, permits)
         where held.gateway = $1 and held.name = wanted.name and held.expires_at > now()
         returning held.name`,
        [gateway, leases.map(({ name }) => name), leases.map(({ permits }) => permits), lifetimeMs / 1000],
      );
      await database.query('delete from concurrency_leases where permits = 0 or expires_at <= now()');
      return new Set(rows.map(({ name }) => name));
    },

    async release(gateway) {
      await database.query('delete from concurrency_leases where gateway = $1', [gateway]);
    },
  };
}
