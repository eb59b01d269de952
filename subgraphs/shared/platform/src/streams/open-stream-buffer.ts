import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { type BufferedStreamsOptions, createBufferedStreams } from './buffered-streams.ts';
import { createMemoryStreamStore } from './memory-stream-store.ts';
import { createPostgresStreamStore } from './postgres-stream-store.ts';
import type { StreamBuffer } from './stream-buffer.ts';

export interface OpenStreamBufferOptions
  extends Omit<BufferedStreamsOptions, 'store' | 'producerId' | 'logger'> {
  /** Redis, where there is one. */
  readonly redisUrl?: string | undefined;
  /** Without Redis, PostgreSQL keeps the streams: they survive their producer. */
  readonly database?: Database | undefined;
  readonly logger: Logger;
}

/** Redis if its URL is given, else PostgreSQL if a database is given, else the memory of this process. */
export async function openStreamBuffer({
  redisUrl,
  database,
  logger,
  ...tuning
}: OpenStreamBufferOptions): Promise<StreamBuffer> {
  const producerId = randomUUID();
  if (redisUrl) {
    // Imported only when it is needed: loading ioredis takes 40 to 70 ms of a service's start.
    const { createRedisStreamStore } = await import('./redis-stream-store.ts');
    const store = createRedisStreamStore({ url: redisUrl, producerId, logger });
    return await createBufferedStreams({ ...tuning, store, producerId, logger });
  }
  if (database) {
    const store = await createPostgresStreamStore({ database, producerId });
    return await createBufferedStreams({ ...tuning, store, producerId, logger });
  }
  // The memory store is its own tail: keeping the events twice would gain nothing.
  const store = createMemoryStreamStore();
  return await createBufferedStreams({ ...tuning, store, producerId, logger, maxTailStreams: 0 });
}
