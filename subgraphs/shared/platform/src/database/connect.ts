import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { isConnectionLoss, toDatabaseError } from './errors.ts';

/**
 * Waits until the server answers, creates the schema, returns the server's version (`18.4`).
 * A server that is still starting is waited for; a wrong password or database is an error at once.
 */
export async function connectWhenReady(pool: Pool, schema: string, timeoutMs: number): Promise<string> {
  const until = Date.now() + timeoutMs;
  for (let pauseMs = 25; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    try {
      const { rows } = await pool.query<{ version: string; exists: boolean }>(
        `select current_setting('server_version') as version, to_regnamespace($1) is not null as exists`,
        [schema],
      );
      const [row] = rows as [{ version: string; exists: boolean }];
      if (!row.exists) await createSchema(pool, schema);
      return row.version.split(' ')[0] as string;
    } catch (error) {
      if (!isConnectionLoss(error) || Date.now() + pauseMs > until) throw toDatabaseError(error);
      await delay(pauseMs);
    }
  }
}

/** `if not exists` alone still collides when several instances start at once. */
async function createSchema(pool: Pool, schema: string): Promise<void> {
  const client = await pool.connect();
  // What is lost is told by the query under way; an error without a listener would end the process.
  client.on('error', ignore);
  try {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtext($1))`, [`fathom schema ${schema}`]);
    await client.query(`create schema if not exists ${schema}`);
    await client.query('commit');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  } finally {
    client.off('error', ignore);
  }
}

const ignore = (): void => undefined;
