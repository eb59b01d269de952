/**
 * A consumer in a process of its own, to be killed: applies each message once to the table `effects` of the database
 * `effectsUrl`. With `stallAt`, it stops in the middle of that message's transaction and says so to its parent.
 */
import pino from 'pino';
import { openDatabase } from '../../database/database.ts';
import { applyOnce } from '../../database/inbox.ts';
import { openBroker } from '../open-broker.ts';

export interface ConsumerProcessConfiguration {
  readonly effectsUrl: string;
  /** The embedded log's server, unless there is Kafka. */
  readonly brokerUrl?: string | undefined;
  readonly kafkaBrokers?: string | undefined;
  readonly topic: string;
  readonly group: string;
  readonly leaseMs: number;
  /** The `n` of the payload. */
  readonly stallAt?: number;
}

const configuration: ConsumerProcessConfiguration = JSON.parse(process.argv[2] ?? '{}');
const { effectsUrl, brokerUrl, kafkaBrokers, topic, group, leaseMs, stallAt } = configuration;
const logger = pino({ level: 'silent' });
const effects = await openDatabase({ url: effectsUrl, schema: 'test', applicationName: 'consumer', logger });
const database = await openDatabase({
  url: brokerUrl ?? effectsUrl,
  schema: 'test',
  applicationName: 'consumer',
  logger,
});
const broker = await openBroker({ database, kafkaBrokers, clientId: 'consumer', logger, leaseMs });

await broker.subscribe({
  topics: [topic],
  group,
  handle: async ({ id, key, payload }) => {
    const { n } = payload as { n: number };
    await applyOnce(effects, { consumer: group, messageId: id }, async (tx) => {
      await tx.query('insert into effects (topic, message_id, key, n) values ($1, $2, $3, $4)', [
        topic,
        id,
        key,
        n,
      ]);
      if (n !== stallAt) return;
      process.send?.({ stalled: n });
      await new Promise(() => undefined);
    });
    process.send?.({ applied: n });
  },
});
process.send?.({ joined: true });
