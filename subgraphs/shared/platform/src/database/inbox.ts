import type { Database } from './database.ts';
import type { Transaction } from './transaction.ts';

export interface InboxEntry {
  /** Who applies: a message has its effect once for each consumer. */
  readonly consumer: string;
  readonly messageId: string;
}

export interface InboxBatch<Message> {
  readonly consumer: string;
  /** Of several with one id the first counts. */
  readonly messages: readonly (Message & { readonly id: string })[];
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
  const batch = { consumer, messages: [{ id: messageId }] };
  const applied = await applyEachOnce(database, batch, (tx) => run(tx));
  return applied.has(messageId) ? 'applied' : 'duplicate';
}

/**
 * As {@link applyOnce} for several messages in one transaction: all of them have their effect, or none. `run` gets those that
 * had none yet, in their order, and is not called without any. Answers with their ids.
 */
export async function applyEachOnce<Message>(
  database: Pick<Database, 'transaction'>,
  { consumer, messages }: InboxBatch<Message>,
  run: (tx: Transaction, fresh: readonly (Message & { readonly id: string })[]) => Promise<void>,
): Promise<ReadonlySet<string>> {
  const byId = new Map<string, Message & { readonly id: string }>();
  for (const message of messages) if (!byId.has(message.id)) byId.set(message.id, message);
  return database.transaction(async (tx) => {
    // In one order everywhere, so that two batches never wait for each other's marks in a circle.
    const marked = await tx.query<{ readonly id: string }>(
      `insert into inbox (consumer, message_id) select $1, id from unnest($2::text[]) as m (id)
       on conflict do nothing returning message_id as id`,
      [consumer, [...byId.keys()].sort()],
    );
    const applied = new Set(marked.map(({ id }) => id));
    const fresh = [...byId.values()].filter(({ id }) => applied.has(id));
    if (fresh.length > 0) await run(tx, fresh);
    return applied;
  });
}

/** Forgets marks older than 30 days. */
export async function pruneInbox(database: Pick<Database, 'query' | 'schema'>): Promise<void> {
  await database.query(
    `delete from ${database.schema}.inbox where applied_at < now() - make_interval(days => $1)`,
    [keepDays],
  );
}
