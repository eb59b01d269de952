import pino from 'pino';
import { runRestartCommand, withRealServer } from '../testing/real-server.ts';
import { brokerContract } from './broker.contract.ts';
import { createKafkaBroker } from './kafka-broker.ts';

const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
/** The shortest session that a broker with default settings allows. */
const leaseMs = 6_000;

withRealServer('TEST_KAFKA_BROKERS', (kafkaBrokers) => {
  brokerContract('Kafka', async () => {
    const open = () =>
      createKafkaBroker({
        brokers: kafkaBrokers.split(','),
        clientId: 'test',
        logger,
        sessionTimeoutMs: leaseMs,
      });
    return {
      connection: { kafkaBrokers },
      leaseMs,
      open,
      killServer: () => runRestartCommand('TEST_KAFKA_RESTART'),
      close: async () => undefined,
    };
  });
});
