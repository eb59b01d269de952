import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Database } from '../database/database.ts';
import { ensureSharedSchema } from '../database/shared-schema.ts';
import type { Broker, DeliveredMessage, OutgoingMessage, SubscribeOptions, Subscription } from './broker.ts';
import { brokerSchemaVersions } from './embedded-schema.ts';
import { GroupMember } from './group-member.ts';
import { createGroupStore } from './group-store.ts';
import { createLogStore } from './log-store.ts';
import { refuseOversized } from './message-size.ts';

export interface EmbeddedBrokerOptions {
  /** Any database handle of the server that all services share; the log lives in its schema `broker`. */
  readonly database: Database;
  /** Who reads, for people who look into the tables. */
  readonly clientId: string;
  readonly logger: Logger;
  /** Partitions of a topic that is created by this process. */
  readonly partitionCount?: number;
  /** A member that was silent for so long is taken for dead. */
  readonly leaseMs?: number;
  /** How long a lost notification can delay a message. */
  readonly pollMs?: number;
  /** Messages older than this go, once every active group has consumed them. */
  readonly retentionMs?: number;
}

const dayMs = 86_400_000;
/** A group that has had no member for so long no longer holds messages back. */
const groupRetentionMs = 30 * dayMs;
const retentionEveryMs = 600_000;

/** The message log on PostgreSQL: what {@link Broker} promises, with nothing else to install. */
export async function createEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<Broker> {
  const { database, clientId, logger, partitionCount = 8, leaseMs = 6_000, pollMs = 1_000 } = options;
  const retentionMs = options.retentionMs ?? 7 * dayMs;

  await ensureSharedSchema(database, { schema: 'broker', versions: brokerSchemaVersions });
  const log = createLogStore(database, { partitionCount });
  const members = new Set<GroupMember>();
  let listening: Promise<readonly { close(): Promise<void> }[]> | undefined;

  function notifyTopic(topic: string): void {
    for (const member of members) member.notifyTopic(topic);
  }

  function notifyGroup(group: string): void {
    for (const member of members) member.notifyGroup(group);
  }

  function lookAgain(): void {
    for (const member of members) member.lookAgain();
  }

  /** Two channels for all members of this process, opened by the first. */
  async function listen(): Promise<void> {
    listening ??= Promise.all([
      database.listen('broker_messages', notifyTopic, { onReconnect: lookAgain }),
      database.listen('broker_groups', notifyGroup),
    ]);
    try {
      await listening;
    } catch (error) {
      listening = undefined;
      throw error;
    }
  }

  async function publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    refuseOversized(messages);
    await log.append(messages);
  }

  async function subscribe(subscription: SubscribeOptions): Promise<Subscription> {
    await listen();
    const member = new GroupMember({
      subscription,
      log,
      group: createGroupStore({
        database,
        group: subscription.group,
        member: randomUUID(),
        client: clientId,
        leaseMs,
      }),
      logger,
      pollMs,
      heartbeatMs: leaseMs / 3,
      batchMessages: 100,
    });
    members.add(member);
    await member.start().catch((error: unknown) => {
      members.delete(member);
      throw error;
    });
    return {
      close: async () => {
        await member.close();
        members.delete(member);
      },
    };
  }

  async function* replay(
    topic: string,
    from: ReadonlyMap<number, bigint> = new Map(),
  ): AsyncGenerator<DeliveredMessage> {
    await log.ensureTopic(topic);
    for (const { partition, firstOffset, nextOffset } of await log.ranges(topic)) {
      const wanted = from.get(partition) ?? 0n;
      let offset = wanted > firstOffset ? wanted : firstOffset;
      while (offset < nextOffset) {
        const page = await log.read([{ topic, partition, offset }], 500);
        for (const message of page) {
          if (message.offset >= nextOffset) break;
          yield message;
        }
        const last = page.at(-1);
        if (!last) break;
        offset = last.offset + 1n;
      }
    }
  }

  async function expire(): Promise<void> {
    try {
      const deleted = await log.expire({ retentionMs, groupRetentionMs });
      if (deleted > 0) logger.info({ deleted }, 'old messages left the log');
    } catch (error) {
      logger.warn({ err: error }, 'old messages could not be deleted; the next round tries again');
    }
  }

  let expiring: Promise<void> = Promise.resolve();
  const retention = setInterval(() => {
    expiring = expiring.then(expire);
  }, retentionEveryMs).unref();

  return {
    implementation: 'embedded',
    publish,
    subscribe,
    replay,
    ping: () => database.ping(),
    close: async () => {
      clearInterval(retention);
      await Promise.all([...members].map((member) => member.close()));
      members.clear();
      for (const channel of (await listening) ?? []) await channel.close();
      await expiring;
    },
  };
}
