import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import type { Cache } from './cache.ts';
import { createInProcessCache } from './in-process-cache.ts';
import { createPostgresCache } from './postgres-cache.ts';

export interface OpenCacheOptions {
  /** Redis, where there is one. */
  readonly redisUrl?: string | undefined;
  /** Without Redis, PostgreSQL holds what several processes must share. */
  readonly database?: Database | undefined;
  readonly logger: Logger;
}

/** Redis if its URL is given, else PostgreSQL if a database is given, else this process alone. */
export async function openCache({ redisUrl, database, logger }: OpenCacheOptions): Promise<Cache> {
  if (redisUrl) {
    // Imported only when it is needed: loading ioredis takes 40 to 70 ms of a service's start.
    const { createRedisCache } = await import('./redis-cache.ts');
    return createRedisCache({ url: redisUrl, logger });
  }
  if (database) return await createPostgresCache({ database, logger });
  return createInProcessCache({ logger });
}
