import { context, propagation } from '@opentelemetry/api';
import { refuseOversized } from '../broker/message-size.ts';
import type { DomainEvent, Queryable } from './database.ts';
import { uuidV7 } from './uuid-v7.ts';

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
  const id = uuidV7();
  refuseOversized([{ id, ...event }]);
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  await queryable.query(
    `with turn as materialized (
       select pg_advisory_xact_lock(hashtext($7), (hashtext($2 || chr(31) || $3) & ${lockBuckets - 1}))
     ), woken as materialized (
       select pg_notify($6, '')
     )
     insert into ${schema}.outbox (id, topic, key, payload, headers)
     select $1, $2, $3, $4, $5 from turn, woken`,
    [
      id,
      event.topic,
      event.key,
      JSON.stringify(event.payload ?? null),
      JSON.stringify(headers),
      outboxChannel(schema),
      `${schema}.outbox`,
    ],
  );
}
