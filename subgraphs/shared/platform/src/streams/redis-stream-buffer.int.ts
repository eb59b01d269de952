import pino from 'pino';
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
