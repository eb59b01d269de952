import pino from 'pino';
import { describe, expect, it } from 'vitest';
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

describe('the Kafka broker without its server', () => {
  const nobodyListens = ['127.0.0.1:1'];
  const unavailable = { code: 'DEPENDENCY_UNAVAILABLE', retryable: true };

  it('says of every call that a part is down, which may be retried', async () => {
    const broker = await createKafkaBroker({ brokers: nobodyListens, clientId: 'test', logger });
    await expect(broker.ping()).rejects.toMatchObject(unavailable);
    await expect(broker.publish([{ id: 'm', topic: 't', key: 'k', payload: null }])).rejects.toMatchObject(
      unavailable,
    );
    await expect(
      broker.subscribe({ topics: ['t'], group: 'g', handle: async () => undefined }),
    ).rejects.toMatchObject(unavailable);
    await broker.close();
  });
});
