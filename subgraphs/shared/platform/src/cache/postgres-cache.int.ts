import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../database/database.ts';
import { startKillablePostgres } from '../testing/killable-postgres.ts';
import { useTestDatabase } from '../testing/postgres.ts';
import { cacheContract } from './cache.contract.ts';
import { createPostgresCache } from './postgres-cache.ts';

const logger = pino({ level: 'silent' });
const patience = { timeout: 20_000, interval: 20 };

cacheContract('PostgreSQL', async () => {
  const server = await startKillablePostgres();
  return {
    open: async () => {
      const database = await openDatabase({
        url: server.url,
        schema: 'test',
        applicationName: 'test',
        logger,
      });
      const cache = await createPostgresCache({ database, logger });
      return {
        ...cache,
        close: async () => {
          await cache.close();
          await database.close();
        },
      };
    },
    killServer: () => server.killAndRestart(),
    close: () => server.stop(),
  };
});

describe('the PostgreSQL cache', () => {
  const test = useTestDatabase();

  it('deletes what has expired, so that its tables do not grow for ever', async () => {
    const database = await test.open();
    const cache = await createPostgresCache({ database, logger, sweepEveryMs: 20 });
    await cache.set('short', 1, { ttlMs: 1 });
    await cache.set('long', 1, { ttlMs: 3_600_000 });
    await cache.increment('short', 1, 1);
    await cache.acquireLock('short', 1);
    await vi.waitFor(async () => {
      const rows = await database.query(
        'select key from cache.entries union all select key from cache.counters union all select name from cache.locks',
      );
      expect(rows).toEqual([{ key: 'long' }]);
    }, patience);
    await cache.close();
  });

  it('can be opened by many processes at the same time on a new database', async () => {
    const databases = await Promise.all(Array.from({ length: 5 }, () => test.open()));
    const caches = await Promise.all(databases.map((database) => createPostgresCache({ database, logger })));
    await Promise.all(caches.map((cache) => cache.close()));
    expect(await databases[0]!.query('select version from cache.schema_versions')).toEqual([{ version: 1 }]);
  });
});
