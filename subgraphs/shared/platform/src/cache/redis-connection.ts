import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { raisePlatform } from '../errors.ts';

/**
 * A Redis connection that fails fast and comes back by itself: a command waits at most `commandTimeoutMs`, also while
 * the server is away, and reconnection goes on for ever with pauses of at most two seconds.
 */
export function connectRedis(
  url: string,
  { logger, name }: { readonly logger: Logger; readonly name: string },
): Redis {
  const redis = new Redis(url, {
    connectionName: name,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
  });
  let down = false;
  redis.on('error', (error) => {
    if (!down) logger.warn({ err: error }, 'Redis cannot be reached; the connection is tried again');
    down = true;
  });
  redis.on('ready', () => {
    if (down) logger.info('Redis is reachable again');
    down = false;
  });
  return redis;
}

/** Runs a Redis command; whatever goes wrong becomes DEPENDENCY_UNAVAILABLE, which callers may retry. */
export async function orUnavailable<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (error) {
    throw raisePlatform('DEPENDENCY_UNAVAILABLE', {
      because: `Redis: ${error instanceof Error ? error.message : String(error)}`,
      cause: error,
    });
  }
}
