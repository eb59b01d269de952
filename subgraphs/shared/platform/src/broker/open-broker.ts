import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import type { Broker } from './broker.ts';
import { createEmbeddedBroker, type EmbeddedBrokerOptions } from './embedded-broker.ts';
import { createKafkaBroker } from './kafka-broker.ts';

export interface OpenBrokerOptions extends Pick<EmbeddedBrokerOptions, 'partitionCount' | 'leaseMs'> {
  /** The server on which the embedded log lives; its owner closes it, after the broker. */
  readonly database: Database;
  /** `host:port,host:port`, where there is Kafka. */
  readonly kafkaBrokers?: string | undefined;
  readonly clientId: string;
  readonly logger: Logger;
}

/** Kafka if its brokers are given, else the log on PostgreSQL. */
export async function openBroker({
  database,
  kafkaBrokers,
  clientId,
  logger,
  partitionCount = 8,
  leaseMs = 6_000,
}: OpenBrokerOptions): Promise<Broker> {
  if (!kafkaBrokers)
    return await createEmbeddedBroker({ database, clientId, logger, partitionCount, leaseMs });
  return await createKafkaBroker({
    brokers: kafkaBrokers.split(',').map((broker) => broker.trim()),
    clientId,
    logger,
    partitionCount,
    sessionTimeoutMs: leaseMs,
  });
}
