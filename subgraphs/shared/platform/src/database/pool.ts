import pg from 'pg';
import type { Logger } from '../logging.ts';
import type { ConnectionWatch } from './connection-watch.ts';

export interface PoolOptions {
  /** Default 10. */
  readonly maxConnections?: number;
  /** Of the watch over connections that wait for an answer. Default 1 s. */
  readonly watchTickMs?: number;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly schema: string;
  readonly applicationName: string;
  readonly logger?: Logger | undefined;
}

/** How long a caller waits for a free or new connection before DEPENDENCY_UNAVAILABLE. */
const acquireTimeoutMs = 5_000;

/**
 * Locks of a service whose host lost its power are free after half a minute: not after two hours, where nothing was on the way to
 * it, nor after a quarter of one, where something was.
 */
const noticesDeadClients =
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4 -c tcp_user_timeout=30000';

/** `public` stays in the path: extensions such as pgvector put their types there. */
export function connectionConfig({ url, schema, applicationName }: ConnectionOptions): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    options: `-c search_path=${schema},public -c idle_in_transaction_session_timeout=120000 ${noticesDeadClients}`,
    keepAlive: true,
    // The system's default is two hours. What is idle and gets no sign of life for ten seconds more is given up by TCP itself.
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: acquireTimeoutMs,
  };
}

export function createPool(options: ConnectionOptions & PoolOptions, watch: ConnectionWatch): pg.Pool {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(options.schema))
    throw new Error(`Not a schema name: ${options.schema}`);
  const pool = new pg.Pool({
    ...connectionConfig(options),
    max: options.maxConnections ?? 10,
    idleTimeoutMillis: 30_000,
  });
  pool.on('connect', watch.add);
  // An idle connection that broke has left the pool already; the next caller gets a new one.
  pool.on('error', (error) =>
    options.logger?.warn({ err: error }, 'An idle connection to PostgreSQL was lost'),
  );
  return pool;
}
