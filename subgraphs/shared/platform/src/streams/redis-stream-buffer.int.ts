import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { runRestartCommand, withRealServer } from '../testing/real-server.ts';
import { openStreamBuffer } from './open-stream-buffer.ts';
import { streamBufferContract } from './stream-buffer.contract.ts';

const logger = pino({ level: 'silent' });

withRealServer('TEST_REDIS_URL', (redisUrl) => {
  streamBufferContract('Redis', async () => ({
    open: () => openStreamBuffer({ redisUrl, logger }),
    shared: { connection: { redisUrl }, killServer: () => runRestartCommand('TEST_REDIS_RESTART') },
    close: async () => undefined,
  }));
});

describe('the Redis stream buffer without its server', () => {
  it('waits for as long as it was told, then says that a part is down', async () => {
    const buffer = await openStreamBuffer({ redisUrl: 'redis://127.0.0.1:1', logger, retryForMs: 100 });
    const unavailable = { code: 'DEPENDENCY_UNAVAILABLE', retryable: true };
    await expect(buffer.append('s', 1, [1])).rejects.toMatchObject(unavailable);
    const { signal } = new AbortController();
    await expect(buffer.follow('s', 0, signal).next()).rejects.toMatchObject(unavailable);
    await buffer.close();
  });
});
