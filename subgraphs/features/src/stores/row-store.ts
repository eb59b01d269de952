import type { Queryable } from '@fathom/platform/database/queryable';
import type { FeatureRow, FeatureValue } from '../domain/feature-values.ts';
import type { FoundRow } from '../domain/vectors.ts';
import type { FeatureViewRecord } from '../mappers.ts';

/** How much a view holds, and up to when. */
export type ViewExtent = Pick<FeatureViewRecord, 'rowCount' | 'newestRowAt'>;

/**
 * Writes rows into the offline and the online store. Rows of the same thing and moment must have been folded to one.
 * The online store takes a row only if it is newer than what it holds (or as new: the last write wins). Returns what the
 * view then holds.
 */
export async function writeRows(
  tx: Queryable,
  viewId: string,
  rows: readonly FeatureRow[],
): Promise<ViewExtent> {
  const columns = [
    viewId,
    rows.map(({ entityKey }) => entityKey),
    rows.map(({ at }) => at.toISOString()),
    rows.map(({ values }) => JSON.stringify(values)),
  ];
  const inserted = await tx.one<{ readonly count: number; readonly newest: Date | null }>(
    `with given as (
       select entity_key, at, values from unnest($2::text[], $3::timestamptz[], $4::jsonb[]) as g (entity_key, at, values)
     ), written as (
       insert into feature_row (view_id, entity_key, at, values) select $1, entity_key, at, values from given
       on conflict (view_id, entity_key, at) do update set values = excluded.values
       returning (xmax = 0) as is_new, at
     ), latest as (
       insert into feature_latest as l (view_id, entity_key, at, values)
       select distinct on (entity_key) $1, entity_key, at, values from given order by entity_key, at desc
       on conflict (view_id, entity_key) do update set at = excluded.at, values = excluded.values where l.at <= excluded.at
     )
     select (count(*) filter (where is_new))::int as count, max(at) as newest from written`,
    columns,
  );
  return tx.one<ViewExtent>(
    `update feature_view set row_count = row_count + $2, newest_row_at = greatest(newest_row_at, $3) where id = $1
     returning row_count::float8 as "rowCount", newest_row_at as "newestRowAt"`,
    [viewId, inserted.count, inserted.newest],
  );
}

interface StoredRow {
  readonly entityKey: string;
  readonly at: Date;
  readonly values: Readonly<Record<string, FeatureValue>>;
}

/** The newest rows of things, by their keys; things without rows are missing. */
export async function latestRows(
  database: Queryable,
  viewId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, FoundRow>> {
  const rows = await database.query<StoredRow>(
    'select entity_key as "entityKey", at, values from feature_latest where view_id = $1 and entity_key = any($2)',
    [viewId, keys],
  );
  return new Map(rows.map((row) => [row.entityKey, row]));
}

export interface ThingAtMoment {
  readonly entityKey: string;
  readonly at: Date;
}

/** For each thing and moment the newest row that is not newer than the moment, in the order given. */
export async function rowsAsOf(
  database: Queryable,
  viewId: string,
  asked: readonly ThingAtMoment[],
): Promise<readonly (FoundRow | undefined)[]> {
  const rows = await database.query<{
    readonly at: Date | null;
    readonly values: StoredRow['values'] | null;
  }>(
    `select r.at, r.values
     from unnest($2::text[], $3::timestamptz[]) with ordinality as asked (entity_key, at, place)
     left join lateral (
       select f.at, f.values from feature_row f
       where f.view_id = $1 and f.entity_key = asked.entity_key and f.at <= asked.at
       order by f.at desc limit 1
     ) r on true
     order by asked.place`,
    [viewId, asked.map(({ entityKey }) => entityKey), asked.map(({ at }) => at.toISOString())],
  );
  return rows.map(({ at, values }) => (at && values ? { at, values } : undefined));
}

const exportPageSize = 1000;

/** Every thing of a view with its newest row as of a moment, by key, a page at a time: memory stays bounded. */
export async function* everyThingAsOf(
  database: Queryable,
  viewId: string,
  asOf: Date,
): AsyncGenerator<StoredRow> {
  let after = '';
  for (;;) {
    const page = await database.query<StoredRow>(
      `select distinct on (entity_key) entity_key as "entityKey", at, values from feature_row
       where view_id = $1 and entity_key > $2 and at <= $3 order by entity_key, at desc limit ${exportPageSize}`,
      [viewId, after, asOf],
    );
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < exportPageSize) return;
    after = last.entityKey;
  }
}
