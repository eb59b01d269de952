import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Broker } from './broker.ts';
import { createEmbeddedBroker, type EmbeddedBrokerOptions } from './embedded-broker.ts';
import { observeBroker } from './observed-broker.ts';

export interface OpenBrokerOptions extends Pick<EmbeddedBrokerOptions, 'partitionCount' | 'leaseMs'> {
  /** The server on which the embedded log lives; its owner closes it, after the broker. */
  readonly database: Database;
  /** `host:port,host:port`, where there is Kafka. */
  readonly kafkaBrokers?: string | undefined;
  readonly clientId: string;
  readonly logger: Logger;
  /** With them, traffic is counted and timed, and handlers continue the traces of their events. */
  readonly metrics?: Metrics | undefined;
}

/** Kafka if its brokers are given, else the log on PostgreSQL. */
export async function openBroker(options: OpenBrokerOptions): Promise<Broker> {
  const broker = options.kafkaBrokers
    ? await openKafka(options, options.kafkaBrokers)
    : await createEmbeddedBroker(options);
  return options.metrics ? observeBroker(broker, { metrics: options.metrics }) : broker;
}

/** Imported only when it is needed: loading kafkajs takes 70 to 120 ms of a service's start. */
async function openKafka(
  { clientId, logger, partitionCount, leaseMs }: OpenBrokerOptions,
  brokers: string,
): Promise<Broker> {
  const { createKafkaBroker } = await import('./kafka-broker.ts');
  return createKafkaBroker({
    brokers: brokers.split(',').map((address) => address.trim()),
    clientId,
    logger,
    ...(partitionCount === undefined ? {} : { partitionCount }),
    ...(leaseMs === undefined ? {} : { sessionTimeoutMs: leaseMs }),
  });
}
