/**
 * A database host that loses its power closes nothing: what was sent to it is neither answered nor refused. A proxy that stops forwarding
 * and closes nothing looks the same from here.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDeferred } from '../deferred.ts';
import { useTestDatabase } from '../testing/postgres.ts';
import { createRecordingBroker } from '../testing/recording-broker.ts';
import { startTcpProxy, type TcpProxy } from '../testing/tcp-proxy.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { startOutboxRelay } from './outbox.ts';

const testDatabase = useTestDatabase();

const unavailable = expect.objectContaining({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true });

interface Behind {
  readonly database: Database;
  readonly wire: TcpProxy;
}

async function behindProxy<T>(
  { watchTickMs = 50, maxConnections = 4 },
  work: (behind: Behind) => Promise<T>,
): Promise<T> {
  const url = new URL(testDatabase.url);
  const wire = await startTcpProxy(Number(url.port));
  url.port = String(wire.port);
  const database = await testDatabase.open({ url: url.href, watchTickMs, maxConnections });
  try {
    return await work({ database, wire });
  } finally {
    await wire.close();
  }
}

function die(wire: TcpProxy): void {
  wire.hold();
  wire.freeze();
}

const comesBack = (database: Database) =>
  expect
    .poll(() => database.query('select 1 as one').catch(() => undefined), { timeout: 30_000 })
    .toEqual([{ one: 1 }]);

describe('a database host that dies without a word', () => {
  test('is told to whoever waits, in queries and transactions, and loses nothing that was acknowledged', async () => {
    await behindProxy({}, async ({ database, wire }) => {
      await database.query('create table kept (id int primary key)');
      const acknowledged: number[] = [];
      const refused: unknown[] = [];
      let next = 0;
      let isOver = false;
      const died = createDeferred<void>();
      const write = async (id: number): Promise<unknown> =>
        id % 2 === 0
          ? database.query('insert into kept values ($1)', [id])
          : database.transaction((tx) => tx.query('insert into kept values ($1)', [id]));
      const writers = Array.from({ length: 4 }, async () => {
        while (!isOver) {
          const id = next++;
          try {
            await write(id);
            acknowledged.push(id);
          } catch (error) {
            refused.push(error);
          }
          if (acknowledged.length === 100) died.resolve();
        }
      });
      await died.promise;
      die(wire);
      // Each writer had one under way, and was told.
      await expect.poll(() => refused.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(4);
      wire.mend();
      const before = acknowledged.length;
      await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 20);
      isOver = true;
      await Promise.all(writers);
      expect(refused).toEqual(refused.map(() => unavailable));
      const kept = await database.query<{ id: number }>('select id from kept');
      expect(kept.map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged));
    });
  }, 120_000);

  test('is told with its outcome unknown where the commit was under way', async () => {
    await behindProxy({}, async ({ database, wire }) => {
      const lost = database.transaction(async (tx) => {
        await tx.query('select 1');
        die(wire);
      });
      await expect(lost).rejects.toMatchObject({
        code: 'DEPENDENCY_UNAVAILABLE',
        details: { dependency: 'database', outcome: 'unknown' },
      });
      wire.mend();
      await comesBack(database);
    });
  }, 60_000);

  test('is noticed by who listens: the connection is renewed, and says that hints may have been missed', async () => {
    await behindProxy({}, async ({ database, wire }) => {
      const heard: string[] = [];
      const renewed = createDeferred<void>();
      await database.listen('news', (payload) => heard.push(payload), {
        onReconnect: () => renewed.resolve(),
      });
      die(wire);
      wire.mend();
      await renewed.promise;
      await expect
        .poll(
          () =>
            database.query(`select pg_notify('news', 'again')`).then(
              () => heard,
              () => heard,
            ),
          { timeout: 30_000 },
        )
        .toContain('again');
    });
  }, 60_000);
});

test('events are relayed again by a connection that is new, each once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fathom-silent-'));
  const direct = await testDatabase.open({ schema: 'relayed' });
  await migrate(direct, { directory: folder });
  const url = new URL(direct.url);
  const wire = await startTcpProxy(Number(url.port));
  url.port = String(wire.port);
  const broker = createRecordingBroker();
  const database = { ...direct, url: url.href };
  const relay = startOutboxRelay({ database, broker, pollMs: 50, watchTickMs: 50 });
  const say = (n: number) => direct.transaction((tx) => tx.publish({ topic: 'a', key: 'k', payload: n }));
  const said = () => broker.published.map(({ payload }) => payload);
  await say(1);
  await expect.poll(said, { timeout: 30_000 }).toEqual([1]);
  die(wire);
  await say(2);
  // The host's own end: what it was connected to is gone with it, and the lock of the relay.
  await direct.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relayed outbox relay'`,
  );
  await expect.poll(async () => (await relay.health()).lastFailure, { timeout: 30_000 }).toBeDefined();
  wire.mend();
  await expect.poll(said, { timeout: 30_000 }).toEqual([1, 2]);
  await relay.close();
  await wire.close();
  await rm(folder, { recursive: true });
}, 120_000);

test('a connection that a firewall forgot is given up alone: the server answers, and is not at work for it', async () => {
  await behindProxy({ maxConnections: 2 }, async ({ database, wire }) => {
    await database.query('select 1');
    wire.freeze();
    await expect(database.query('select 2 as two')).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    await comesBack(database);
  });
}, 60_000);

test('a statement that takes long is waited for, however silent the server is meanwhile', async () => {
  await behindProxy({ watchTickMs: 200 }, async ({ database, wire }) => {
    const made = wire.connections;
    const [row] = await database.query<{ slept: string }>(`select 'well' as slept from pg_sleep(4)`);
    expect(row).toEqual({ slept: 'well' });
    // The server was asked about it.
    expect(wire.connections).toBeGreaterThan(made);
  });
}, 60_000);

test('an answer that is on its way while the server is asked arrives: its connection is not given up', async () => {
  await behindProxy({ watchTickMs: 2_000, maxConnections: 1 }, async ({ database, wire }) => {
    const backend = () => database.query<{ pid: number }>('select pg_backend_pid() as pid');
    const before = await backend();
    const made = wire.connections;
    wire.freeze();
    const late = backend();
    // The server is asked, and knows of nothing that it is at work on.
    await expect.poll(() => wire.connections, { timeout: 60_000 }).toBeGreaterThan(made);
    wire.thaw();
    expect(await late).toEqual(before);
    expect(await backend()).toEqual(before);
  });
}, 120_000);
