import type { Queryable } from '@fathom/platform/database/queryable';
import { type Snapshot, snapshotSchema, type TimedSnapshot } from '../domain/snapshot.ts';

export async function insertSnapshot(
  database: Queryable,
  { service, at, content }: { readonly service: string; readonly at: Date; readonly content: Snapshot },
): Promise<void> {
  await database.query(
    'insert into snapshot (service, at, content) values ($1, $2, $3::jsonb) on conflict (service, at) do update set content = excluded.content',
    [service, at, JSON.stringify(content)],
  );
}

/** The snapshots of services since a moment, and the last one before it, in order of time. */
export async function snapshotsSince(
  database: Queryable,
  services: readonly string[],
  since: Date,
): Promise<ReadonlyMap<string, readonly TimedSnapshot[]>> {
  const rows = await database.query<{
    readonly service: string;
    readonly at: Date;
    readonly content: unknown;
  }>(
    `select service, at, content from snapshot where service = any($1) and at > $2
     union all
     select s.service, s.at, s.content from unnest($1::text[]) as asked (service)
       cross join lateral (
         select * from snapshot where snapshot.service = asked.service and at <= $2 order by at desc limit 1
       ) s
     order by 1, 2`,
    [services, since],
  );
  const groups = new Map(services.map((service) => [service, [] as TimedSnapshot[]]));
  for (const { service, at, content } of rows)
    groups.get(service)?.push({ at, content: snapshotSchema.parse(content) });
  return groups;
}

/** Keeps every snapshot for an hour, then one a minute for a day. Returns how many were dropped. */
export async function thinSnapshots(database: Queryable, now: Date): Promise<number> {
  const dropped = await database.query(
    `delete from snapshot s where s.at < $1::timestamptz - interval '24 hours'
       or (s.at < $1::timestamptz - interval '1 hour' and exists (
         select from snapshot older
         where older.service = s.service and older.at < s.at and date_trunc('minute', older.at) = date_trunc('minute', s.at)))
     returning 1`,
    [now],
  );
  return dropped.length;
}
