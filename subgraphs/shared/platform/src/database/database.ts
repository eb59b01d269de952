/**
 * PostgreSQL as the product sees it: queries, transactions that announce their events, and notifications.
 *
 * Values arrive as node-postgres gives them: `int8` and `numeric` as text (cast to `int` or `float8` where a number is
 * wanted), `timestamptz` as Date, `json` parsed, `bytea` as Buffer. Errors: see `errors.ts`.
 */
import type { Logger } from '../logging.ts';
import { connectWhenReady } from './connect.ts';
import { createConnectionWatch } from './connection-watch.ts';
import { createListener, type ListenOptions } from './listener.ts';
import { type AnnouncedChange, changeAndPublish } from './outbox-write.ts';
import { connectionConfig, createPool, type PoolOptions } from './pool.ts';
import { createQueryable, type Queryable, type QueryObservation } from './queryable.ts';
import {
  createTransactions,
  retryConflicts,
  type Transaction,
  type TransactionOptions,
} from './transaction.ts';

export interface Database extends Queryable {
  /** For instance `PostgreSQL 18.4`, as the banner and /readyz say it. */
  readonly implementation: string;
  /** The schema that unqualified names mean. */
  readonly schema: string;
  /** The connection string it was opened with. Contains the password. */
  readonly url: string;
  /**
   * Runs in one transaction, again after a serialization failure or a deadlock (up to five times), so `run` must have
   * no effect outside `tx`. A connection lost during COMMIT is DEPENDENCY_UNAVAILABLE with `details.outcome: 'unknown'`.
   */
  transaction<T>(run: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * A change and the events that announce it in one statement, so in one commit, as a transaction of the two would be, at a quarter of
   * its round trips. Answers whether the change returned a row; without one nothing is published.
   */
  changeAndPublish(change: AnnouncedChange): Promise<boolean>;
  /** Notifications of one channel, on a connection shared by all listeners, renewed when it is lost. */
  listen(
    channel: string,
    handler: (payload: string) => void,
    options?: ListenOptions,
  ): Promise<{ close(): Promise<void> }>;
  /** Throws DEPENDENCY_UNAVAILABLE when the server does not answer. */
  ping(): Promise<void>;
  /** Waits for what is under way, then ends every connection. */
  close(): Promise<void>;
}

export interface DatabaseOptions extends PoolOptions {
  readonly url: string;
  /** Created if missing; first in the search path, before `public`. */
  readonly schema: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly logger?: Logger | undefined;
  /** How long to wait for a server that is still starting. Default 15 s. */
  readonly connectTimeoutMs?: number;
  /** Called after every query, for metrics and for tests that count. */
  readonly onQuery?: (observation: QueryObservation) => void;
}

/** Throws DEPENDENCY_UNAVAILABLE if no server answers in time. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { schema, url, logger, onQuery } = options;
  const watch = createConnectionWatch({
    config: connectionConfig({ ...options, applicationName: `${options.applicationName} watch` }),
    logger,
    tickMs: options.watchTickMs,
  });
  const pool = createPool(options, watch);
  try {
    const version = await connectWhenReady(pool, schema, options.connectTimeoutMs ?? 15_000);
    const queryable = createQueryable((sql, params) => pool.query(sql, params as unknown[]), {
      schema,
      onQuery,
    });
    const listener = createListener({ ...options, watch });
    let closing: Promise<void> | undefined;
    return {
      implementation: `PostgreSQL ${version}`,
      schema,
      url,
      ...queryable,
      transaction: createTransactions({ pool, schema, onQuery, logger }),
      changeAndPublish: (change) => retryConflicts(() => changeAndPublish(queryable, schema, change), logger),
      listen: listener.listen,
      ping: async () => {
        await queryable.query('select 1');
      },
      close: () => {
        closing ??= Promise.all([listener.close(), pool.end()]).then(() => undefined);
        return closing;
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}
