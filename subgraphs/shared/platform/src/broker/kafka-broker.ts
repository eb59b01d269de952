import { type Admin, Partitioners } from 'kafkajs';
import type { Logger } from 'pino';
import type { Broker, OutgoingMessage, SubscribeOptions, Subscription } from './broker.ts';
import { createKafkaClient, createRenewableClient } from './kafka-client.ts';
import { startKafkaConsumer } from './kafka-consumer.ts';
import { toKafkaMessage } from './kafka-message.ts';
import { replayKafkaTopic } from './kafka-replay.ts';
import { refuseOversized } from './message-size.ts';

export interface KafkaBrokerOptions {
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: Logger;
  /** Partitions of a topic that is created by this process; copies are the cluster's own default. */
  readonly partitionCount?: number;
  /** A member that was silent for so long is taken for dead. */
  readonly sessionTimeoutMs?: number;
}

/** Apache Kafka, as {@link Broker} promises it. Retention is the cluster's own setting. */
export async function createKafkaBroker({
  brokers,
  clientId,
  logger,
  partitionCount = 8,
  sessionTimeoutMs = 6_000,
}: KafkaBrokerOptions): Promise<Broker> {
  const kafka = createKafkaClient({ brokers, clientId, logger });
  const admin = createRenewableClient(() => kafka.admin());
  const producer = createRenewableClient(() =>
    kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    }),
  );
  const knownTopics = new Set<string>();
  const subscriptions = new Set<Subscription>();
  let lastSend: Promise<unknown> = Promise.resolve();

  async function ensureTopics(topics: Iterable<string>): Promise<void> {
    const missing = [...topics].filter((topic) => !knownTopics.has(topic));
    if (missing.length === 0) return;
    await admin.use((client) =>
      // False where they exist already; their number of partitions stays what it is.
      client.createTopics({
        topics: missing.map((topic) => ({ topic, numPartitions: partitionCount, replicationFactor: -1 })),
        waitForLeaders: true,
      }),
    );
    for (const topic of missing) knownTopics.add(topic);
  }

  async function publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    refuseOversized(messages);
    const topics = new Set(messages.map(({ topic }) => topic));
    await ensureTopics(topics);
    const topicMessages = [...topics].map((topic) => ({
      topic,
      messages: messages.filter((message) => message.topic === topic).map(toKafkaMessage),
    }));
    await inTurn(() => producer.use((client) => client.sendBatch({ acks: -1, topicMessages })));
  }

  /**
   * One send at a time: concurrent sends of kafkajs's idempotent producer take the same sequence number, and the broker
   * then drops one of them as a repetition while both are acknowledged (seen: 18 of 300 messages lost).
   */
  function inTurn(send: () => Promise<unknown>): Promise<unknown> {
    const sent = lastSend.then(send);
    lastSend = sent.catch(() => undefined);
    return sent;
  }

  async function subscribe(subscription: SubscribeOptions): Promise<Subscription> {
    await ensureTopics(subscription.topics);
    if (subscription.from === 'latest') await admin.use((client) => startAtEnd(client, subscription));
    const consumer = await startKafkaConsumer({ kafka, subscription, logger, sessionTimeoutMs });
    const member: Subscription = {
      close: async () => {
        subscriptions.delete(member);
        await consumer.close();
      },
    };
    subscriptions.add(member);
    return member;
  }

  return {
    implementation: 'kafka',
    publish,
    subscribe,
    async *replay(topic, from = new Map()) {
      await ensureTopics([topic]);
      yield* replayKafkaTopic({ kafka, admin, topic, from });
    },
    ping: async () => {
      await admin.use((client) => client.describeCluster());
    },
    close: async () => {
      await Promise.all([...subscriptions].map((member) => member.close()));
      await producer.close();
      await admin.close();
    },
  };
}

/**
 * Commits a new group's offsets at the present ends. Left to Kafka, "latest" would mean the first fetch, which comes
 * some time after the join, and what was published in between would be lost to the group.
 */
async function startAtEnd(admin: Admin, { group, topics }: SubscribeOptions): Promise<void> {
  const committed = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
  for (const { topic, partitions } of committed) {
    const isNew = partitions.every(({ offset }) => Number(offset) < 0);
    if (!isNew) continue;
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.setOffsets({
      groupId: group,
      topic,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
  }
}
