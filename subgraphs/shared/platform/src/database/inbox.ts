import type { Database, Transaction } from './database.ts';

export interface InboxEntry {
  /** Who applies: a message has its effect once for each consumer. */
  readonly consumer: string;
  readonly messageId: string;
}

/** Longer than any broker keeps a message that it might still deliver again. */
const keepDays = 30;

/**
 * Applies a message's effect once, however often it is delivered: the mark and the effect commit together.
 * A second delivery at the same moment waits for the first; if that one fails, the second applies. `run` can run again
 * after a conflict, as in `Database.transaction`.
 */
export async function applyOnce(
  database: Pick<Database, 'transaction'>,
  { consumer, messageId }: InboxEntry,
  run: (tx: Transaction) => Promise<void>,
): Promise<'applied' | 'duplicate'> {
  return database.transaction(async (tx) => {
    const marked = await tx.query(
      'insert into inbox (consumer, message_id) values ($1, $2) on conflict do nothing returning 1',
      [consumer, messageId],
    );
    if (marked.length === 0) return 'duplicate';
    await run(tx);
    return 'applied';
  });
}

/** Forgets marks older than 30 days. */
export async function pruneInbox(database: Pick<Database, 'query' | 'schema'>): Promise<void> {
  await database.query(
    `delete from ${database.schema}.inbox where applied_at < now() - make_interval(days => $1)`,
    [keepDays],
  );
}
