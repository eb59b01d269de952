import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../database/database.ts';
import { applyOnce } from '../database/inbox.ts';
import { migrate } from '../database/migrate.ts';
import { AppError } from '../errors.ts';
import { startTestChild } from '../testing/children.ts';
import { useTestDatabase } from '../testing/postgres.ts';
import type { Broker, DeliveredMessage, OutgoingMessage, SubscribeOptions } from './broker.ts';
import { maxMessageBytes } from './message-size.ts';
import type { ConsumerProcessConfiguration } from './testing/consumer-process.ts';

/** A server that holds messages, and can be killed. */
export interface BrokerTarget {
  /** A handle as a process of its own would open it. */
  open(): Promise<Broker>;
  /** How a consumer in another process reaches the same server. */
  readonly connection: Pick<ConsumerProcessConfiguration, 'brokerUrl' | 'kafkaBrokers'>;
  /** After so long a silent member is taken for dead. */
  readonly leaseMs: number;
  /** SIGKILL and a new start; resolves when the server takes connections again. */
  killServer(): Promise<void>;
  close(): Promise<void>;
}

const partitionsAtLeast = 2;
const patience = { timeout: 45_000, interval: 20 };

/** What every broker promises (`broker.ts`), held against a real server. */
export function brokerContract(name: string, createTarget: () => Promise<BrokerTarget>): void {
  describe(`the ${name} broker`, () => {
    const effectsDatabase = useTestDatabase();
    let target: BrokerTarget;
    let effects: Database;
    let topic: string;
    const opened: Broker[] = [];

    beforeAll(async () => {
      target = await createTarget();
      effects = await effectsDatabase.open({ schema: 'test' });
      await migrate(effects, { directory: await mkdtemp(join(tmpdir(), 'no-migrations-')) });
      await effects.query(
        'create table effects (topic text not null, message_id text not null, key text not null, n integer not null, place serial)',
      );
    });
    afterAll(() => target?.close());
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((broker) => broker.close()));
    });

    async function open(): Promise<Broker> {
      topic = `topic-${randomUUID()}`;
      return await openAnother();
    }

    async function openAnother(): Promise<Broker> {
      const broker = await target.open();
      opened.push(broker);
      return broker;
    }

    /** Messages numbered from `first`, spread over ten keys. */
    function messages(count: number, first = 0): OutgoingMessage[] {
      return Array.from({ length: count }, (_, index) => {
        const n = first + index;
        return { id: `${topic}-${n}`, topic, key: `key-${n % 10}`, payload: { n } };
      });
    }

    async function collect(
      broker: Broker,
      options: Partial<SubscribeOptions> = {},
    ): Promise<{ readonly received: DeliveredMessage[]; close(): Promise<void> }> {
      const received: DeliveredMessage[] = [];
      const { close } = await broker.subscribe({
        topics: [topic],
        group: `group-${topic}`,
        handle: async (message) => {
          received.push(message);
        },
        ...options,
      });
      return { received, close };
    }

    async function effectsOfTopic(): Promise<readonly { key: string; n: number }[]> {
      return await effects.query('select key, n from effects where topic = $1 order by place', [topic]);
    }

    it('delivers each message with all that was published with it', async () => {
      const broker = await open();
      const before = Date.now();
      const { received } = await collect(broker);
      const payload = { text: 'naïve 😀 \u0000', list: [1, 2.5, null], deep: { flag: true } };
      await broker.publish([{ id: 'first', topic, key: 'k', payload, headers: { traceparent: '00-abc' } }]);
      await vi.waitFor(() => expect(received).toHaveLength(1), patience);
      const [message] = received;
      expect(message).toMatchObject({ id: 'first', topic, key: 'k', payload, offset: 0n });
      expect(message?.headers).toEqual({ traceparent: '00-abc' });
      // The server stamps it, and its clock may differ a little from ours.
      expect(Math.abs(message!.publishedAt.getTime() - before)).toBeLessThan(60_000);
    });

    it('keeps the order of every key and numbers a partition without gaps', async () => {
      const broker = await open();
      const { received } = await collect(broker);
      for (let first = 0; first < 300; first += 50) await broker.publish(messages(50, first));
      await vi.waitFor(() => expect(received).toHaveLength(300), patience);
      expectKeyOrder(received.map(({ key, payload }) => ({ key, n: (payload as { n: number }).n })));
      expectGaplessPartitions(received);
    });

    it('numbers partitions without gaps under concurrent publishers, and replays all of it', async () => {
      const publishers = [await open(), await openAnother(), await openAnother()];
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => publishers[index % 3]!.publish(messages(10, index * 10))),
      );
      const replayed: DeliveredMessage[] = [];
      for await (const message of publishers[0]!.replay(topic)) replayed.push(message);
      expect(new Set(replayed.map(({ id }) => id)).size).toBe(300);
      expect(replayed).toHaveLength(300);
      expectGaplessPartitions(replayed);
    });

    it('replays from given offsets, outside any group, and ends at the present end', async () => {
      const broker = await open();
      await broker.publish(messages(100));
      const all = await toArray(broker.replay(topic));
      const from = new Map(all.map(({ partition }) => [partition, 3n]));
      const rest = await toArray(broker.replay(topic, from));
      expect(rest).toHaveLength(all.filter(({ offset }) => offset >= 3n).length);
      expect(rest.every(({ offset }) => offset >= 3n)).toBe(true);
    });

    it('delivers a message again after its handler failed, and nothing of its partition before', async () => {
      const broker = await open();
      const attempts: number[] = [];
      let failures = 2;
      await collect(broker, {
        handle: async ({ payload }) => {
          const { n } = payload as { n: number };
          attempts.push(n);
          if (n === 3 && failures-- > 0) throw new Error('not now');
        },
      });
      await broker.publish(messages(6).map((message) => ({ ...message, key: 'one key' })));
      await vi.waitFor(() => expect(attempts.at(-1)).toBe(5), patience);
      expect(attempts).toEqual([0, 1, 2, 3, 3, 3, 4, 5]);
    });

    it('shows every message to each group, and the members of a group share them', async () => {
      const broker = await open();
      const [alone, left, right] = await Promise.all([
        collect(broker, { group: `alone-${topic}` }),
        collect(broker, { group: `shared-${topic}` }),
        collect(await openAnother(), { group: `shared-${topic}` }),
      ]);
      await broker.publish(messages(200));
      await vi.waitFor(() => {
        expect(alone.received).toHaveLength(200);
        expect(new Set([...left.received, ...right.received].map(({ id }) => id)).size).toBe(200);
      }, patience);
    });

    it('goes on behind the committed offset when a group comes back', async () => {
      const broker = await open();
      const first = await collect(broker);
      await broker.publish(messages(50));
      await vi.waitFor(() => expect(first.received).toHaveLength(50), patience);
      await first.close();
      await broker.publish(messages(50, 50));
      const second = await collect(await openAnother());
      await vi.waitFor(() => expect(second.received).toHaveLength(50), patience);
      expect(
        second.received.map(({ payload }) => (payload as { n: number }).n).sort((a, b) => a - b),
      ).toEqual(Array.from({ length: 50 }, (_, index) => 50 + index));
    });

    it('begins a new group at the end if asked to, from the moment that subscribe resolves', async () => {
      const broker = await open();
      await broker.publish(messages(20));
      const { received } = await collect(broker, { from: 'latest' });
      await broker.publish(messages(20, 20));
      await vi.waitFor(() => expect(received).toHaveLength(20), patience);
      expect(received.every(({ payload }) => (payload as { n: number }).n >= 20)).toBe(true);
    });

    it('shares the partitions anew when a second member joins and when it leaves; nothing is lost, keys keep their order', async () => {
      const broker = await open();
      const seen: { key: string; n: number; by: string }[] = [];
      const record =
        (by: string) =>
        async ({ key, payload }: DeliveredMessage) => {
          seen.push({ key, n: (payload as { n: number }).n, by });
        };
      const count = (by: string) => seen.filter((message) => message.by === by).length;
      let published = 0;
      const publishUntil = async (reached: () => boolean) => {
        const giveUpAt = Date.now() + patience.timeout;
        while (!reached() && Date.now() < giveUpAt) {
          await broker.publish(messages(10, published));
          published += 10;
        }
        expect(reached()).toBe(true);
      };
      await collect(broker, { handle: record('first') });
      await publishUntil(() => count('first') > 20);
      const second = await collect(await openAnother(), { handle: record('second') });
      const firstBefore = count('first');
      await publishUntil(() => count('second') > 20 && count('first') > firstBefore + 20);
      await second.close();
      const total = published;
      await broker.publish(messages(50, published));
      published += 50;
      await vi.waitFor(() => expect(new Set(seen.map(({ n }) => n)).size).toBe(published), patience);
      expect(seen.filter(({ n }) => n >= total).every(({ by }) => by === 'first')).toBe(true);
      expectKeyOrder(seen);
    });

    it('gives the work of a member that was killed in the middle of a batch to another; applied exactly once', async () => {
      const broker = await open();
      const group = `group-${topic}`;
      const child = startTestChild(new URL('./testing/consumer-process.ts', import.meta.url), {
        ...target.connection,
        effectsUrl: effectsDatabase.url,
        topic,
        group,
        leaseMs: target.leaseMs,
        stallAt: 120,
      } satisfies ConsumerProcessConfiguration);
      await broker.publish(messages(300));
      await child.waitFor<{ stalled?: number }>(({ stalled }) => stalled === 120);
      await child.kill();
      expect((await effectsOfTopic()).some(({ n }) => n === 120)).toBe(false);

      await applyAll(await openAnother(), group);
      await vi.waitFor(async () => expect(await effectsOfTopic()).toHaveLength(300), patience);
      const applied = await effectsOfTopic();
      expect(new Set(applied.map(({ n }) => n)).size).toBe(300);
      expectKeyOrder(applied);
    });

    it('loses nothing that was acknowledged and applies nothing twice when the server is killed again and again', async () => {
      const broker = await open();
      await applyAll(await openAnother(), `group-${topic}`);
      for (let batch = 0; batch < 60; batch++) {
        const kill = batch === 15 || batch === 40 ? target.killServer() : undefined;
        await publishAsOutbox(broker, messages(10, batch * 10));
        await kill;
      }
      await vi.waitFor(
        async () => expect((await effectsOfTopic()).length).toBeGreaterThanOrEqual(600),
        patience,
      );
      const applied = await effectsOfTopic();
      expect(applied).toHaveLength(600);
      expect(new Set(applied.map(({ n }) => n)).size).toBe(600);
      expectKeyOrder(applied);
      await broker.ping();
    });

    it('refuses a message that is too large, by its id, and stores nothing of its batch', async () => {
      const broker = await open();
      const [first, second] = messages(2);
      const oversized = { ...second!, payload: 'x'.repeat(maxMessageBytes) };
      await expect(broker.publish([first!, oversized])).rejects.toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT', message: expect.stringContaining(oversized.id) }),
      );
      expect(await toArray(broker.replay(topic))).toEqual([]);
    });

    async function applyAll(broker: Broker, group: string): Promise<void> {
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
          });
        },
      });
    }
  });
}

/** Again until it is acknowledged, in order, as the outbox relay does. */
async function publishAsOutbox(broker: Broker, batch: readonly OutgoingMessage[]): Promise<void> {
  for (;;) {
    try {
      return await broker.publish(batch);
    } catch (error) {
      if (!(error instanceof AppError && error.retryable)) throw error;
      await pause(50);
    }
  }
}

/** The first appearances of each key's numbers ascend. */
function expectKeyOrder(seen: readonly { readonly key: string; readonly n: number }[]): void {
  const byKey = new Map<string, Set<number>>();
  for (const { key, n } of seen) byKey.set(key, (byKey.get(key) ?? new Set()).add(n));
  for (const numbers of byKey.values()) expect([...numbers]).toEqual([...numbers].sort((a, b) => a - b));
}

function expectGaplessPartitions(received: readonly DeliveredMessage[]): void {
  const partitions = new Map<number, bigint[]>();
  for (const { partition, offset } of received) {
    partitions.set(partition, [...(partitions.get(partition) ?? []), offset]);
  }
  expect(partitions.size).toBeGreaterThanOrEqual(partitionsAtLeast);
  for (const offsets of partitions.values()) {
    expect(offsets).toEqual(offsets.map((_, index) => BigInt(index)));
  }
}

async function toArray<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
