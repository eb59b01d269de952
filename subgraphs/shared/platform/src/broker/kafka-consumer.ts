import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { Logger } from 'pino';
import { Backoff } from '../backoff.ts';
import type { SubscribeOptions, Subscription } from './broker.ts';
import { kafkaUnavailable } from './kafka-client.ts';
import { toDeliveredMessage } from './kafka-message.ts';

/**
 * One member of a Kafka consumer group.
 *
 *   joining -> running -> closed
 *      ^----------'  the consumer crashed: a new one takes its place, for ever and with growing pauses
 *
 * kafkajs itself restarts a consumer after some errors and gives up after others (a killed broker among them). Here it
 * never does, and every crash takes the same way: a fresh consumer, which goes on from the committed offsets.
 */
export interface KafkaConsumerOptions {
  readonly kafka: Kafka;
  readonly subscription: SubscribeOptions;
  readonly logger: Logger;
  /** Kafka's own default bounds are 6 s to 30 min. */
  readonly sessionTimeoutMs: number;
}

export async function startKafkaConsumer(options: KafkaConsumerOptions): Promise<Subscription> {
  const { subscription, logger } = options;
  const closing = new AbortController();
  const backoff = new Backoff({ firstMs: 100, maxMs: 5_000 });
  let current = await joinGroup(options, closing.signal, onCrash);
  let restarting: Promise<void> = Promise.resolve();

  function onCrash(error: Error): void {
    if (closing.signal.aborted) return;
    logger.warn(
      { err: error, group: subscription.group },
      'a Kafka consumer crashed; a new one takes its place',
    );
    restarting = restart();
  }

  async function restart(): Promise<void> {
    while (!closing.signal.aborted) {
      await pause(backoff.next(), undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      try {
        current = await joinGroup(options, closing.signal, onCrash);
        backoff.reset();
        return;
      } catch (error) {
        logger.warn(
          { err: error, group: subscription.group },
          'a Kafka consumer cannot join its group; it tries again',
        );
      }
    }
  }

  return {
    close: async () => {
      closing.abort();
      await restarting;
      await current.disconnect();
    },
  };
}

/** Resolves when the group has given the new member its partitions. */
async function joinGroup(
  { kafka, subscription, logger, sessionTimeoutMs }: KafkaConsumerOptions,
  closing: AbortSignal,
  onCrash: (error: Error) => void,
): Promise<Consumer> {
  const { group, topics, from = 'earliest' } = subscription;
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: sessionTimeoutMs / 3,
    // How long a rebalance waits for members that are still handling a message.
    rebalanceTimeout: 2 * sessionTimeoutMs,
    maxWaitTimeInMs: 250,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
  });
  let joined = false;
  const ready = new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      joined = true;
      resolve();
    });
    consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
      if (joined) onCrash(error);
      else reject(error);
    });
  });
  ready.catch(() => undefined);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: from === 'earliest' });
    await consumer.run({
      eachBatch: (batch) =>
        consumeBatch(batch, { subscription, logger, closing, beatMs: sessionTimeoutMs / 3 }),
      eachBatchAutoResolve: false,
      autoCommitInterval: 500,
      partitionsConsumedConcurrently: 8,
    });
    await ready;
    return consumer;
  } catch (error) {
    await consumer.disconnect().catch(() => undefined);
    throw kafkaUnavailable(error);
  }
}

interface BatchOptions {
  readonly subscription: SubscribeOptions;
  readonly logger: Logger;
  readonly closing: AbortSignal;
  readonly beatMs: number;
}

/** Messages one by one; an offset counts as consumed after its handler returned. kafkajs commits them. */
async function consumeBatch(payload: EachBatchPayload, options: BatchOptions): Promise<void> {
  for (const message of payload.batch.messages) {
    if (options.closing.aborted || !payload.isRunning() || payload.isStale()) return;
    if (!(await deliver(message, payload, options))) return;
    await payload.heartbeat();
    await payload.commitOffsetsIfNecessary();
  }
}

/** Until the handler returns; false if the consumer stopped before. Throws when the partition was taken away. */
async function deliver(
  message: KafkaMessage,
  payload: EachBatchPayload,
  options: BatchOptions,
): Promise<boolean> {
  const { subscription, logger, closing, beatMs } = options;
  const { topic, partition } = payload.batch;
  const backoff = new Backoff({ firstMs: 100, maxMs: 10_000 });
  const delivered = toDeliveredMessage(topic, partition, message);
  const lost = new AbortController();
  // A handler may take longer than a session: the member says meanwhile that it lives.
  const beat = setInterval(() => {
    payload.heartbeat().catch((error: unknown) => lost.abort(error));
  }, beatMs);
  const stop = AbortSignal.any([closing, lost.signal]);
  try {
    for (let attempt = 1; !stop.aborted && payload.isRunning(); attempt++) {
      try {
        await subscription.handle(delivered);
        payload.resolveOffset(message.offset);
        lost.signal.throwIfAborted();
        return true;
      } catch (error) {
        if (lost.signal.aborted) break;
        const pauseMs = backoff.next();
        logger.warn(
          { err: error, topic, partition, messageId: delivered.id, attempt, pauseMs },
          'a message handler failed; the message will be delivered again',
        );
        await pause(pauseMs, undefined, { signal: stop }).catch(() => undefined);
      }
    }
    lost.signal.throwIfAborted();
    return false;
  } finally {
    clearInterval(beat);
  }
}
