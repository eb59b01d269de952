import type { Queryable } from '@fathom/platform/database/queryable';

/**
 * Until the transaction ends, no other one has this. An announcement and its withdrawal come on different topics, so in either
 * order and at the same moment as well: then neither would see the other's row.
 */
export async function oneAtATime(tx: Queryable, id: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`inference ${id}`]);
}
