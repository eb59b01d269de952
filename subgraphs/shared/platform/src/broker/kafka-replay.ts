import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, EachBatchPayload, Kafka, SeekEntry } from 'kafkajs';
import { Backoff } from '../backoff.ts';
import type { DeliveredMessage } from './broker.ts';
import { kafkaUnavailable, type RenewableClient } from './kafka-client.ts';
import { toDeliveredMessage } from './kafka-message.ts';

export interface KafkaReplayOptions {
  readonly kafka: Kafka;
  readonly admin: RenewableClient<Admin>;
  readonly topic: string;
  readonly from: ReadonlyMap<number, bigint>;
}

interface Remaining {
  readonly partition: number;
  readonly next: bigint;
  /** The first offset that is not wanted any more. */
  readonly end: bigint;
}

/**
 * A topic up to its present end, by a throw-away group that commits nothing. Kafka hands over the next batch only when
 * the last one was taken, so the reader's pace is kept and memory stays bounded.
 */
export async function* replayKafkaTopic({
  kafka,
  admin,
  topic,
  from,
}: KafkaReplayOptions): AsyncGenerator<DeliveredMessage> {
  const offsets = await topicOffsets(admin, topic);
  const remaining = new Map<number, Remaining>();
  for (const { partition, low, high } of offsets) {
    const wanted = from.get(partition) ?? 0n;
    const next = wanted > BigInt(low) ? wanted : BigInt(low);
    if (next < BigInt(high)) remaining.set(partition, { partition, next, end: BigInt(high) });
  }
  if (remaining.size === 0) return;

  const handoff = new Handoff<readonly DeliveredMessage[]>();
  const groupId = `replay-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 100,
    retry: { restartOnFailure: async () => false },
  });
  consumer.on(consumer.events.CRASH, ({ payload: { error } }) => handoff.fail(kafkaUnavailable(error)));

  async function eachBatch({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    const messages = batch.messages.map((message) =>
      toDeliveredMessage(batch.topic, batch.partition, message),
    );
    const beat = setInterval(() => void heartbeat().catch(() => undefined), 3_000);
    try {
      await handoff.give(messages);
    } finally {
      clearInterval(beat);
    }
    resolveOffset(batch.lastOffset());
  }

  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachBatch, autoCommit: false, eachBatchAutoResolve: false });
    for (const { partition } of offsets) {
      const part = remaining.get(partition);
      if (part) consumer.seek({ topic, partition, offset: part.next.toString() });
      else consumer.pause([{ topic, partitions: [partition] }]);
    }
    while (remaining.size > 0) {
      for (const message of await handoff.take()) {
        const part = remaining.get(message.partition);
        // What was fetched before the seek took effect is not wanted.
        if (!part || message.offset < part.next) continue;
        const next = message.offset + 1n;
        if (next < part.end) remaining.set(message.partition, { ...part, next });
        else remaining.delete(message.partition);
        // Beyond the end only if what was there has left the log meanwhile.
        if (message.offset < part.end) yield message;
      }
    }
  } catch (error) {
    throw kafkaUnavailable(error);
  } finally {
    handoff.fail(new Error('the replay is over'));
    await consumer.disconnect().catch(() => undefined);
    await admin.use((client) => client.deleteGroups([groupId])).catch(() => undefined);
  }
}

/** Passes values from many givers to one taker; a giver waits until its value was taken. */
class Handoff<T> {
  readonly #offers: {
    readonly value: T;
    readonly taken: () => void;
    readonly refused: (error: unknown) => void;
  }[] = [];
  #taker: { readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void } | undefined;
  #failure: { readonly error: unknown } | undefined;

  give(value: T): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    if (this.#taker) {
      this.#taker.resolve(value);
      this.#taker = undefined;
      return Promise.resolve();
    }
    return new Promise((taken, refused) => this.#offers.push({ value, taken, refused }));
  }

  take(): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    const offer = this.#offers.shift();
    if (offer) {
      offer.taken();
      return Promise.resolve(offer.value);
    }
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
    });
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#taker?.reject(error);
    for (const { refused } of this.#offers.splice(0)) refused(error);
  }
}

const leaderPatienceMs = 10_000;

/**
 * A broker that was just given a partition, or has just restarted, denies for a moment to lead it, although the cluster's
 * metadata name it as the leader already.
 */
async function topicOffsets(
  admin: RenewableClient<Admin>,
  topic: string,
): Promise<readonly (SeekEntry & { high: string; low: string })[]> {
  const backoff = new Backoff({ firstMs: 50, maxMs: 500 });
  const until = Date.now() + leaderPatienceMs;
  for (;;) {
    try {
      return await admin.use((client) => client.fetchTopicOffsets(topic));
    } catch (error) {
      if (!isLeaderless(error) || Date.now() > until) throw error;
      await delay(backoff.next());
    }
  }
}

function isLeaderless(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { type } = error as { readonly type?: unknown };
  return type === 'NOT_LEADER_FOR_PARTITION' || type === 'LEADER_NOT_AVAILABLE' || isLeaderless(error.cause);
}
