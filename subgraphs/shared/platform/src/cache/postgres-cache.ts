import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { ensureSharedSchema } from '../database/shared-schema.ts';
import type { Cache, CounterResult, Lock, SetOptions } from './cache.ts';
import { cacheSchemaVersions } from './cache-schema.ts';
import { createSingleFlight } from './single-flight.ts';

export interface PostgresCacheOptions {
  /** Any database handle of the server that the processes share; the tables live in its schema `cache`. */
  readonly database: Database;
  readonly logger: Logger;
  readonly sweepEveryMs?: number;
}

const after = (parameter: string) => `clock_timestamp() + ${parameter} * interval '1 millisecond'`;

/** The cache that processes share where there is no Redis. Lifetimes are measured by the server's clock alone. */
export async function createPostgresCache({
  database,
  logger,
  sweepEveryMs = 60_000,
}: PostgresCacheOptions): Promise<Cache> {
  await ensureSharedSchema(database, { schema: 'cache', versions: cacheSchemaVersions });

  async function getMany(keys: readonly string[]): Promise<readonly unknown[]> {
    const rows = await database.query<{ key: string; value: unknown }>(
      'select key, value from cache.entries where key = any($1) and expires_at > clock_timestamp()',
      [keys],
    );
    const found = new Map(rows.map(({ key, value }) => [key, value]));
    return keys.map((key) => found.get(key));
  }

  async function get(key: string): Promise<unknown> {
    const [value] = await getMany([key]);
    return value;
  }

  async function set(key: string, value: unknown, { ttlMs }: SetOptions): Promise<void> {
    await database.query(
      `insert into cache.entries (key, value, expires_at) values ($1, $2, ${after('$3')})
       on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at`,
      [key, JSON.stringify(value ?? null), ttlMs],
    );
  }

  async function remove(key: string): Promise<void> {
    await database.query('delete from cache.entries where key = $1', [key]);
  }

  async function increment(key: string, by: number, windowMs: number): Promise<CounterResult> {
    const row = await database.one<{ value: number; resets_at: Date }>(
      `insert into cache.counters as c (key, value, resets_at) values ($1, $2, ${after('$3')})
       on conflict (key) do update set
         value = case when c.resets_at > clock_timestamp() then c.value + excluded.value else excluded.value end,
         resets_at = case when c.resets_at > clock_timestamp() then c.resets_at else excluded.resets_at end
       returning value, resets_at`,
      [key, by, windowMs],
    );
    return { value: row.value, resetsAt: row.resets_at };
  }

  async function acquireLock(name: string, ttlMs: number): Promise<Lock | undefined> {
    const row = await database.maybeOne<{ token: string }>(
      `insert into cache.locks as l (name, token, expires_at)
       values ($1, nextval('cache.lock_tokens'), ${after('$2')})
       on conflict (name) do update set token = excluded.token, expires_at = excluded.expires_at
         where l.expires_at <= clock_timestamp()
       returning token`,
      [name, ttlMs],
    );
    if (!row) return undefined;
    const { token } = row;
    return {
      token: BigInt(token),
      extend: async (extensionMs) => {
        const extended = await database.maybeOne(
          `update cache.locks set expires_at = ${after('$3')}
           where name = $1 and token = $2 and expires_at > clock_timestamp() returning 1`,
          [name, token, extensionMs],
        );
        return extended !== undefined;
      },
      release: async () => {
        await database.query('delete from cache.locks where name = $1 and token = $2', [name, token]);
      },
    };
  }

  async function sweep(): Promise<void> {
    try {
      await database.query('delete from cache.entries where expires_at <= clock_timestamp()', []);
      await database.query('delete from cache.counters where resets_at <= clock_timestamp()', []);
      await database.query('delete from cache.locks where expires_at <= clock_timestamp()', []);
    } catch (error) {
      logger.warn({ err: error }, 'expired cache entries could not be deleted; the next round tries again');
    }
  }
  let sweeping: Promise<void> = Promise.resolve();
  const sweeper = setInterval(() => {
    sweeping = sweeping.then(sweep);
  }, sweepEveryMs).unref();

  return {
    implementation: 'postgres',
    get,
    getMany,
    set,
    delete: remove,
    getOrLoad: createSingleFlight({ get, set, logger }),
    increment,
    acquireLock,
    ping: () => database.ping(),
    close: async () => {
      clearInterval(sweeper);
      await sweeping;
    },
  };
}
