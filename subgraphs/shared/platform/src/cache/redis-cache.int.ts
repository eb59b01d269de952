import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { runRestartCommand, withRealServer } from '../testing/real-server.ts';
import { cacheContract } from './cache.contract.ts';
import { createRedisCache } from './redis-cache.ts';

const logger = pino({ level: 'silent' });

withRealServer('TEST_REDIS_URL', (url) => {
  cacheContract('Redis', async () => {
    const prefix = `test:${randomUUID()}:`;
    return {
      open: async () => createRedisCache({ url, logger, prefix }),
      killServer: () => runRestartCommand('TEST_REDIS_RESTART'),
      close: async () => undefined,
    };
  });
});

describe('the Redis cache without its server', () => {
  const nobodyListens = 'redis://127.0.0.1:1';

  it('says that a part is down, which may be retried', async () => {
    const cache = createRedisCache({ url: nobodyListens, logger });
    await expect(cache.get('key')).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true });
    await expect(cache.ping()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    await cache.close();
  });

  it('still loads values: a cache that is down costs speed, not answers', async () => {
    const cache = createRedisCache({ url: nobodyListens, logger });
    expect(await cache.getOrLoad('key', { ttlMs: 1_000 }, async () => 'loaded')).toBe('loaded');
    await cache.close();
  });
});
