import { context, propagation } from '@opentelemetry/api';
import { refuseOversized } from '../broker/message-size.ts';
import type { Queryable } from './queryable.ts';
import { uuidV7 } from './uuid-v7.ts';

export interface DomainEvent {
  readonly topic: string;
  /** Events of one key are relayed in the order in which their transactions committed. */
  readonly key: string;
  /** JSON-serialisable. */
  readonly payload: unknown;
}

export interface AnnouncedChange {
  /** One statement that changes data, with `returning`. */
  readonly change: string;
  readonly parameters: readonly unknown[];
  /** Published in their order if the change returned a row. */
  readonly events: readonly DomainEvent[];
}

/** Publishers of one key wait for each other; keys share this many locks so that a transaction of thousands of keys stays within PostgreSQL's lock table. */
const lockBuckets = 4096;

export const outboxChannel = (schema: string): string => `${schema}_outbox`;

/**
 * Writes one event in the caller's transaction.
 *
 * Positions come from a sequence, which counts in the order of insertion, not of commit. The lock on the key, held until
 * commit, makes both orders the same for one key. The relay is woken at commit; equal notifications of a transaction
 * are one on the wire.
 */
export async function writeToOutbox(queryable: Queryable, schema: string, event: DomainEvent): Promise<void> {
  const { sql, parameters } = insertInto(schema, [event], { behind: 0 });
  await queryable.query(sql, parameters);
}

/** As {@link Database.changeAndPublish}, once. */
export async function changeAndPublish(
  queryable: Queryable,
  schema: string,
  { change, parameters, events }: AnnouncedChange,
): Promise<boolean> {
  const published = insertInto(schema, events, {
    behind: parameters.length,
    if: 'exists (select from changed)',
  });
  const { isChanged } = await queryable.one<{ isChanged: boolean }>(
    `with changed as (${change}), published as (${published.sql})
     select exists (select from changed) as "isChanged"`,
    [...parameters, ...published.parameters],
  );
  return isChanged;
}

/** The keys' locks are taken in one order everywhere, whatever the order of the events. */
function insertInto(
  schema: string,
  events: readonly DomainEvent[],
  { behind, if: condition = 'true' }: { readonly behind: number; readonly if?: string },
): { readonly sql: string; readonly parameters: readonly unknown[] } {
  const identified = events.map((event) => ({ id: uuidV7(), ...event }));
  refuseOversized(identified);
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  const [ids, topics, keys, payloads, common, channel, table] = [1, 2, 3, 4, 5, 6, 7].map(
    (place) => `$${behind + place}`,
  );
  return {
    sql: `with buckets as (
       select distinct hashtext(topic || chr(31) || key) & ${lockBuckets - 1} as bucket
       from unnest(${topics}::text[], ${keys}::text[]) as e (topic, key) where ${condition} order by bucket
     ), turn as materialized (
       select count(pg_advisory_xact_lock(hashtext(${table}), bucket)) as locks from buckets
     ), woken as materialized (
       select count(pg_notify(${channel}, '')) from turn where locks > 0
     )
     insert into ${schema}.outbox (id, topic, key, payload, headers)
     select e.id, e.topic, e.key, e.payload::json, ${common}::json from turn, woken,
       unnest(${ids}::uuid[], ${topics}::text[], ${keys}::text[], ${payloads}::text[]) with ordinality
         as e (id, topic, key, payload, place)
     where turn.locks > 0 order by e.place`,
    parameters: [
      identified.map(({ id }) => id),
      identified.map(({ topic }) => topic),
      identified.map(({ key }) => key),
      identified.map(({ payload }) => JSON.stringify(payload ?? null)),
      JSON.stringify(headers),
      outboxChannel(schema),
      `${schema}.outbox`,
    ],
  };
}
