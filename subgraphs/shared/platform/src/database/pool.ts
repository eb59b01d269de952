import pg from 'pg';
import type { Logger } from '../logging.ts';

export interface PoolOptions {
  /** Default 10. */
  readonly maxConnections?: number;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly schema: string;
  readonly applicationName: string;
  readonly logger?: Logger | undefined;
}

/** How long a caller waits for a free or new connection before DEPENDENCY_UNAVAILABLE. */
const acquireTimeoutMs = 5_000;

/** `public` stays in the path: extensions such as pgvector put their types there. */
export function connectionConfig({ url, schema, applicationName }: ConnectionOptions): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    options: `-c search_path=${schema},public -c idle_in_transaction_session_timeout=120000`,
    keepAlive: true,
    connectionTimeoutMillis: acquireTimeoutMs,
  };
}

export function createPool(options: ConnectionOptions & PoolOptions): pg.Pool {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(options.schema))
    throw new Error(`Not a schema name: ${options.schema}`);
  const pool = new pg.Pool({
    ...connectionConfig(options),
    max: options.maxConnections ?? 10,
    idleTimeoutMillis: 30_000,
  });
  // An idle connection that broke has left the pool already; the next caller gets a new one.
  pool.on('error', (error) =>
    options.logger?.warn({ err: error }, 'An idle connection to PostgreSQL was lost'),
  );
  return pool;
}
