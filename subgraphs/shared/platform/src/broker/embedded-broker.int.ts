import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../database/database.ts';
import { createDeferred } from '../deferred.ts';
import { startKillablePostgres } from '../testing/killable-postgres.ts';
import { useTestDatabase } from '../testing/postgres.ts';
import { brokerContract } from './broker.contract.ts';
import type { Broker, OutgoingMessage } from './broker.ts';
import { createEmbeddedBroker } from './embedded-broker.ts';
import { createLogStore } from './log-store.ts';

const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const leaseMs = 3_000;
const patience = { timeout: 30_000, interval: 10 };

brokerContract('embedded', async () => {
  const server = await startKillablePostgres();
  return {
    connection: { brokerUrl: server.url },
    leaseMs,
    open: async () => {
      const database = await openDatabase({
        url: server.url,
        schema: 'test',
        applicationName: 'test',
        logger,
      });
      const broker = await createEmbeddedBroker({ database, clientId: 'test', logger, leaseMs });
      return {
        ...broker,
        close: async () => {
          await broker.close();
          await database.close();
        },
      };
    },
    killServer: () => server.killAndRestart(),
    close: () => server.stop(),
  };
});

describe('the embedded broker', () => {
  const test = useTestDatabase();

  function messages(topic: string, count: number): OutgoingMessage[] {
    return Array.from({ length: count }, (_, n) => ({
      id: `${topic}-${n}`,
      topic,
      key: 'key',
      payload: { n },
    }));
  }

  async function idsOf(broker: Broker, topic: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const { id } of broker.replay(topic)) ids.push(id);
    return ids;
  }

  it('is opened by many processes at the same time on a new server', async () => {
    const databases = await Promise.all(Array.from({ length: 6 }, () => test.open()));
    const brokers = await Promise.all(
      databases.map((database) => createEmbeddedBroker({ database, clientId: 'test', logger })),
    );
    await Promise.all(brokers.map((broker) => broker.publish(messages('opened-at-once', 5))));
    await Promise.all(brokers.map((broker) => broker.close()));
    const [row] = await databases[0]!.query<{ count: number }>(
      `select count(*)::int as count from broker.messages where topic = 'opened-at-once'`,
    );
    expect(row?.count).toBe(30);
  });

  it('refuses the commit of a member whose partitions went to another while it slept', async () => {
    const database = await test.open();
    const [sleeper, successor] = await Promise.all([
      createEmbeddedBroker({ database, clientId: 'sleeper', logger, leaseMs: 3_600_000 }),
      createEmbeddedBroker({ database, clientId: 'successor', logger }),
    ]);
    const asleep = createDeferred();
    const awake = createDeferred();
    const subscription = { topics: ['fenced'], group: 'fenced' };
    await sleeper.subscribe({
      ...subscription,
      handle: async () => {
        asleep.resolve();
        await awake.promise;
      },
    });
    await sleeper.publish(messages('fenced', 3));
    await asleep.promise;
    // As if it had been suspended for longer than its lease.
    await database.query(
      `update broker.members set lease_until = now() - interval '1 second' where client = 'sleeper'`,
    );
    const handled: string[] = [];
    const hold = createDeferred();
    await successor.subscribe({
      ...subscription,
      handle: async ({ id }) => {
        handled.push(id);
        if (id === 'fenced-1') await hold.promise;
      },
    });
    await vi.waitFor(() => expect(handled).toEqual(['fenced-0', 'fenced-1']), patience);
    const committed = () =>
      database.one<{ offsets: string }>(
        `select sum(committed)::int as offsets from broker.assignments where group_name = 'fenced'`,
      );
    const before = await committed();
    awake.resolve();
    await sleeper.close();
    expect(await committed()).toEqual(before);
    hold.resolve();
    await vi.waitFor(() => expect(handled).toEqual(['fenced-0', 'fenced-1', 'fenced-2']), patience);
    await successor.close();
    expect(await committed()).toEqual({ offsets: 3 });
  });

  it('deletes old messages once every active group has consumed them, and numbers go on', async () => {
    const database = await test.open();
    const broker = await createEmbeddedBroker({ database, clientId: 'test', logger, partitionCount: 1 });
    const log = createLogStore(database, { partitionCount: 1 });
    const handled: string[] = [];
    const blocked = createDeferred();
    const { close } = await broker.subscribe({
      topics: ['retained'],
      group: 'slow',
      handle: async ({ id }) => {
        handled.push(id);
        if (id === 'retained-4') await blocked.promise;
      },
    });
    await broker.publish(messages('retained', 4));
    const expire = () => log.expire({ retentionMs: -60_000, groupRetentionMs: 3_600_000 });
    await vi.waitFor(async () => expect(await committedOf('slow')).toBe(4), patience);
    await broker.publish(messages('retained', 8).slice(4));
    await vi.waitFor(() => expect(handled).toContain('retained-4'), patience);

    await expire();
    expect(await idsOf(broker, 'retained')).toEqual(['retained-4', 'retained-5', 'retained-6', 'retained-7']);
    blocked.resolve();
    await vi.waitFor(async () => expect(await committedOf('slow')).toBe(8), patience);
    await expire();
    expect(await idsOf(broker, 'retained')).toEqual([]);

    await broker.publish([{ id: 'next', topic: 'retained', key: 'key', payload: null }]);
    const replayed = [];
    for await (const { id, offset } of broker.replay('retained')) replayed.push({ id, offset });
    expect(replayed).toEqual([{ id: 'next', offset: 8n }]);
    await close();
    await broker.close();

    async function committedOf(group: string): Promise<number> {
      const row = await database.one<{ committed: number }>(
        'select sum(committed)::int as committed from broker.assignments where group_name = $1',
        [group],
      );
      return row.committed;
    }
  });

  it('forgets a group that nobody has joined for long, so that it holds no messages back', async () => {
    const database = await test.open();
    const broker = await createEmbeddedBroker({ database, clientId: 'test', logger, partitionCount: 1 });
    const log = createLogStore(database, { partitionCount: 1 });
    const subscription = { topics: ['abandoned'], group: 'abandoned', handle: async () => undefined };
    await (await broker.subscribe(subscription)).close();
    await broker.publish(messages('abandoned', 3));
    const options = { retentionMs: -60_000, groupRetentionMs: 3_600_000 };
    await log.expire(options);
    expect(await idsOf(broker, 'abandoned')).toHaveLength(3);
    await database.query(
      `update broker.groups set last_active_at = now() - interval '2 hours' where group_name = 'abandoned'`,
    );
    await log.expire(options);
    expect(await idsOf(broker, 'abandoned')).toEqual([]);
    await broker.close();
  });
});
