/**
 * Transactions: begin, run, commit, and again when PostgreSQL says that concurrency alone was to blame.
 *
 * Invariant: a connection goes back to the pool only outside a transaction; one whose state is unknown is thrown away.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from '../logging.ts';
import { isTransient, toDatabaseError } from './errors.ts';
import { type DomainEvent, writeToOutbox } from './outbox-write.ts';
import { createQueryable, observed, type Queryable, type QueryHooks } from './queryable.ts';

export interface Transaction extends Queryable {
  /** Writes the event to the outbox: it is published if and only if this transaction commits. */
  publish(event: DomainEvent): Promise<void>;
}

export interface TransactionOptions {
  /** Default `read committed`. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
}

interface TransactionDependencies extends QueryHooks {
  readonly pool: Pool;
  readonly logger: Logger | undefined;
}

const maxAttempts = 5;

export function createTransactions({ pool, logger, ...hooks }: TransactionDependencies) {
  return <T>(
    run: (tx: Transaction) => Promise<T>,
    { isolation = 'read committed' }: TransactionOptions = {},
  ): Promise<T> => retryConflicts(() => runOnce(pool, hooks, isolation, run), logger);
}

/** Runs what is all or nothing, and again when PostgreSQL says that concurrency alone was to blame. */
export async function retryConflicts<T>(
  attemptOnce: () => Promise<T>,
  logger: Logger | undefined,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce();
    } catch (error) {
      if (!isTransient(error) || attempt === maxAttempts) throw error;
      logger?.debug({ err: error, attempt }, 'Transaction runs again after a conflict');
      // Random, or two transactions that collided would collide again.
      await delay(Math.random() * 10 * 2 ** attempt);
    }
  }
}

async function runOnce<T>(
  pool: Pool,
  hooks: QueryHooks,
  isolation: string,
  run: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const client = await connect(pool);
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  let open = true;
  const send = (sql: string, params: readonly unknown[] = []) => {
    if (!open) throw new Error('The transaction is over; its `tx` must not be used any more');
    return client.query(sql, params as unknown[]);
  };
  let reusable = false;
  try {
    await observed('begin', hooks, () => send(`begin isolation level ${isolation}`));
    const queryable = createQueryable(async (sql, params) => send(sql, params), hooks);
    const tx: Transaction = {
      ...queryable,
      publish: (event) => writeToOutbox(queryable, hooks.schema, event),
    };
    const result = await run(tx);
    const { command } = await observed('commit', hooks, () => send('commit'), { committing: true });
    reusable = true;
    // PostgreSQL answers COMMIT with ROLLBACK when a statement had failed and its error was swallowed.
    if (command === 'ROLLBACK')
      throw new Error(
        'A statement of the transaction failed, its error was not passed on, and nothing was committed',
      );
    return result;
  } catch (error) {
    reusable ||= await rolledBack(client, broken);
    throw error;
  } finally {
    open = false;
    client.off('error', onError);
    client.release(!reusable);
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw toDatabaseError(error);
  }
}

async function rolledBack(client: PoolClient, broken: Error | undefined): Promise<boolean> {
  if (broken) return false;
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}
