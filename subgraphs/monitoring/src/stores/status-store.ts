import type { Queryable } from '@fathom/platform/database/queryable';
import type { ServiceCondition } from '../domain/health.ts';
import type { ServiceRecord } from '../mappers.ts';

const columns = 'service as name, status, detail, since, checked_at as "checkedAt", dependencies';

/** Stores how a service is; `since` moves only when its status changes. */
export async function recordStatus(
  database: Queryable,
  {
    service,
    condition,
    now,
  }: { readonly service: string; readonly condition: ServiceCondition; readonly now: Date },
): Promise<void> {
  await database.query(
    `insert into service_status as s (service, status, detail, since, checked_at, dependencies) values ($1, $2, $3, $4, $4, $5::jsonb)
     on conflict (service) do update set
       status = excluded.status, detail = excluded.detail, checked_at = excluded.checked_at, dependencies = excluded.dependencies,
       since = case when s.status = excluded.status then s.since else excluded.since end`,
    [service, condition.status, condition.detail, now, JSON.stringify(condition.dependencies)],
  );
}

export function statusesByName(
  database: Queryable,
  names: readonly string[],
): Promise<readonly ServiceRecord[]> {
  return database.query<ServiceRecord>(`select ${columns} from service_status where service = any($1)`, [
    names,
  ]);
}
