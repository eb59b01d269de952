import { Kafka, type LogEntry, logLevel } from 'kafkajs';
import type { Logger } from 'pino';
import { AppError, raisePlatform } from '../errors.ts';

export interface KafkaClientOptions {
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: Logger;
}

/** Few and short retries: whoever publishes is the outbox, which tries again anyway, and consumers start over by themselves. */
export function createKafkaClient({ brokers, clientId, logger }: KafkaClientOptions): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => log(logger, entry),
  });
}

/** kafkajs reports as errors what it then recovers from: its own words are for debugging, ours for the log. */
function log(
  logger: Logger,
  { namespace, log: { message, timestamp: _, logger: __, ...facts } }: LogEntry,
): void {
  logger.debug({ kafkajs: namespace, ...facts }, message);
}

/** Whatever Kafka refuses or fails to answer becomes DEPENDENCY_UNAVAILABLE, which callers may retry. */
export function kafkaUnavailable(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return raisePlatform('DEPENDENCY_UNAVAILABLE', {
    because: `Kafka: ${error instanceof Error ? error.message : String(error)}`,
    cause: error,
  });
}

interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

export interface RenewableClient<Client> {
  /** Runs with a connected client. After an error the client is thrown away: the next call connects a new one. */
  use<T>(run: (client: Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * A kafkajs producer or admin that is replaced after every error. A producer in particular must be: one that is
 * idempotent and has lost its place in the broker's numbering refuses everything from then on.
 */
export function createRenewableClient<Client extends Connectable>(
  create: () => Client,
): RenewableClient<Client> {
  let current: Promise<Client> | undefined;

  async function connect(): Promise<Client> {
    const client = create();
    await client.connect();
    return client;
  }

  async function discard(used: Promise<Client>): Promise<void> {
    if (current === used) current = undefined;
    const client = await used.catch(() => undefined);
    await client?.disconnect().catch(() => undefined);
  }

  return {
    use: async (run) => {
      current ??= connect();
      const used = current;
      try {
        return await run(await used);
      } catch (error) {
        await discard(used);
        throw kafkaUnavailable(error);
      }
    },
    close: async () => {
      if (current) await discard(current);
    },
  };
}
