import pino from 'pino';
import { openDatabase } from '../database/database.ts';
import { startKillablePostgres } from '../testing/killable-postgres.ts';
import { brokerContract } from './broker.contract.ts';
import { createEmbeddedBroker } from './embedded-broker.ts';

const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const leaseMs = 3_000;

brokerContract('embedded', async () => {
  const server = await startKillablePostgres();
  return {
    connection: { brokerUrl: server.url },
    leaseMs,
    open: async () => {
      const database = await openDatabase({
        url: server.url,
        schema: 'test',
        applicationName: 'test',
        logger,
      });
      const broker = await createEmbeddedBroker({ database, clientId: 'test', logger, leaseMs });
      return {
        ...broker,
        close: async () => {
          await broker.close();
          await database.close();
        },
      };
    },
    killServer: () => server.killAndRestart(),
    close: () => server.stop(),
  };
});
