/**
 * What every PostgreSQL under the product must do, embedded or installed: the promises of database.ts, migrate.ts,
 * outbox.ts and inbox.ts, on a real server that is really killed.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDeferred } from '../deferred.ts';
import { createRecordingBroker } from '../testing/recording-broker.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { applyEachOnce, applyOnce } from './inbox.ts';
import { migrate } from './migrate.ts';
import { type OutboxRelay, type OutboxRelayOptions, startOutboxRelay } from './outbox.ts';

export interface DatabaseTarget {
  /** Of an empty database. */
  readonly url: string;
  /** Kills the server (SIGKILL) and starts it again on the same address; resolves when it was killed and started. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const patience = { timeout: 30_000, interval: 20 };

export function databaseContract(openTarget: () => Promise<DatabaseTarget>): void {
  let target: DatabaseTarget;
  let emptyFolder: string;
  const toClose: (() => Promise<unknown>)[] = [];
  let schemaCount = 0;

  beforeAll(async () => {
    target = await openTarget();
    emptyFolder = await mkdtemp(join(tmpdir(), 'fathom-migrations-'));
  });
  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await rm(emptyFolder, { recursive: true, force: true });
    await target?.close();
  });

  const newSchema = () => {
    schemaCount += 1;
    return `service_${schemaCount}`;
  };
  const open = async (options: Partial<DatabaseOptions> = {}): Promise<Database> => {
    const database = await openDatabase({
      url: target.url,
      schema: newSchema(),
      applicationName: 'contract',
      ...options,
    });
    toClose.push(() => database.close());
    return database;
  };
  const openMigrated = async (options: Partial<DatabaseOptions> = {}): Promise<Database> => {
    const database = await open(options);
    await migrate(database, { directory: emptyFolder });
    return database;
  };
  const relay = (options: OutboxRelayOptions): OutboxRelay => {
    const started = startOutboxRelay({ pollMs: 100, ...options });
    toClose.push(() => started.close());
    return started;
  };
  const terminateConnections = (database: Database, applicationName: string) =>
    database.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name like $1 and pid <> pg_backend_pid()',
      [applicationName],
    );

  describe('queries', () => {
    it('names the server and its version', async () => {
      expect((await open()).implementation).toMatch(/^PostgreSQL \d+\.\d+/);
    });

    it('gives one row, no row, or says that there were others', async () => {
      const database = await open();
      expect(await database.one('select 1 as n')).toEqual({ n: 1 });
      expect(await database.maybeOne('select 1 where false')).toBeUndefined();
      await expect(database.one('select 1 where false')).rejects.toThrow('Expected one row, got 0');
      await expect(database.maybeOne('select generate_series(1, 2)')).rejects.toThrow(
        'Expected at most one row, got 2',
      );
    });

    it('keeps the tables of two services apart', async () => {
      const [first, second] = [await open(), await open()];
      await first.query('create table thing (name text)');
      await second.query('create table thing (other integer)');
      await first.query(`insert into thing values ('mine')`);
      expect(await first.query('select * from thing')).toEqual([{ name: 'mine' }]);
      expect(await second.query('select * from thing')).toEqual([]);
    });

    it('creates a schema once when many instances start together', async () => {
      const schema = newSchema();
      const opened = await Promise.all([1, 2, 3, 4, 5].map(() => open({ schema, maxConnections: 1 })));
      expect(opened).toHaveLength(5);
    });

    it('reports every query to its observer, failed ones too', async () => {
      const seen: string[] = [];
      const database = await open({
        onQuery: ({ sql, failed }) => seen.push(`${sql} ${failed ? 'failed' : 'ok'}`),
      });
      await database.query('select 1');
      await expect(database.query('select nonsense')).rejects.toThrow();
      expect(seen).toEqual(['select 1 ok', 'select nonsense failed']);
    });
  });

  describe('errors', () => {
    it('leaves a unique violation to the domain, by its SQLSTATE', async () => {
      const database = await open();
      await database.query('create table thing (name text primary key)');
      await database.query(`insert into thing values ('a')`);
      await expect(database.query(`insert into thing values ('a')`)).rejects.toMatchObject({ code: '23505' });
    });

    it('says STORAGE_FULL when the server reports a full disk', async () => {
      const database = await open();
      const fullDisk = `do $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`;
      await expect(database.query(fullDisk)).rejects.toMatchObject({ code: 'STORAGE_FULL', retryable: true });
      await expect(database.transaction((tx) => tx.query(fullDisk))).rejects.toMatchObject({
        code: 'STORAGE_FULL',
      });
      await database.ping();
    });

    it('refuses a NUL character as bad input', async () => {
      const database = await open();
      await expect(database.query('select $1::text', ['a\0b'])).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
      });
    });

    it('says DEPENDENCY_UNAVAILABLE when no server answers', async () => {
      const opening = openDatabase({
        url: 'postgres://nobody@127.0.0.1:1/none',
        schema: 'x',
        applicationName: 'contract',
        connectTimeoutMs: 50,
      });
      await expect(opening).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true });
    });

    it('gives the next caller a new connection after its connections were lost', async () => {
      const admin = await open();
      const database = await open({ applicationName: 'victim' });
      await Promise.all([1, 2, 3].map(() => database.query('select pg_sleep(0.01)')));
      await terminateConnections(admin, 'victim');
      // The server ends them when it comes to it: one that still answers may be the next to be lost.
      const left = `select from pg_stat_activity where application_name = 'victim'`;
      await vi.waitFor(async () => expect(await admin.query(left)).toEqual([]), patience);
      await vi.waitFor(async () => expect(await database.one('select 1 as n')).toEqual({ n: 1 }), patience);
    });
  });

  describe('transactions', () => {
    it('commits what it ran and takes back what threw', async () => {
      const database = await open();
      await database.query('create table thing (name text)');
      expect(
        await database.transaction(async (tx) => tx.one(`insert into thing values ('kept') returning name`)),
      ).toEqual({
        name: 'kept',
      });
      const failing = database.transaction(async (tx) => {
        await tx.query(`insert into thing values ('lost')`);
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await database.query('select name from thing')).toEqual([{ name: 'kept' }]);
    });

    it('does not report success when a failed statement was swallowed', async () => {
      const database = await open();
      const swallowing = database.transaction(async (tx) => {
        await tx.query('select nonsense').catch(() => undefined);
      });
      await expect(swallowing).rejects.toThrow('nothing was committed');
    });

    it('refuses to be used when it is over', async () => {
      const database = await open();
      const tx = await database.transaction(async (inside) => inside);
      await expect(tx.query('select 1')).rejects.toThrow('The transaction is over');
    });

    it('runs again after a serialization failure, so that no increment is lost', async () => {
      const database = await open();
      await database.query('create table counter (n integer); insert into counter values (0)');
      const bothRead = createDeferred();
      let reads = 0;
      const increment = () =>
        database.transaction(
          async (tx) => {
            const { n } = await tx.one<{ n: number }>('select n from counter');
            reads += 1;
            if (reads === 2) bothRead.resolve();
            await bothRead.promise;
            await tx.query('update counter set n = $1', [n + 1]);
          },
          { isolation: 'serializable' },
        );
      await Promise.all([increment(), increment()]);
      expect(await database.one('select n from counter')).toEqual({ n: 2 });
      expect(reads).toBeGreaterThan(2);
    });

    it('runs again after a deadlock', async () => {
      const database = await open();
      await database.query(
        'create table pair (id integer primary key, n integer); insert into pair values (1, 0), (2, 0)',
      );
      const bothHold = createDeferred();
      let holders = 0;
      const touch = (first: number, second: number) =>
        database.transaction(async (tx) => {
          await tx.query('update pair set n = n + 1 where id = $1', [first]);
          holders += 1;
          if (holders === 2) bothHold.resolve();
          await bothHold.promise;
          await tx.query('update pair set n = n + 1 where id = $1', [second]);
        });
      await Promise.all([touch(1, 2), touch(2, 1)]);
      expect(await database.query('select n from pair order by id')).toEqual([{ n: 2 }, { n: 2 }]);
    });
  });

  describe('notifications', () => {
    it('reach every listener of the channel and nobody else', async () => {
      const database = await open();
      const heard: string[] = [];
      const done = createDeferred();
      await database.listen('news', (payload) => heard.push(`first ${payload}`));
      await database.listen('news', (payload) => {
        heard.push(`second ${payload}`);
        if (payload === 'b') done.resolve();
      });
      await database.listen('other', (payload) => heard.push(`other ${payload}`));
      await database.query(`select pg_notify('news', 'a')`);
      await database.query(`select pg_notify('news', 'b')`);
      await done.promise;
      expect(heard).toEqual(['first a', 'second a', 'first b', 'second b']);
    });

    it('stop for a listener that closed', async () => {
      const database = await open();
      const heard: string[] = [];
      const done = createDeferred();
      const closed = await database.listen('news', (payload) => heard.push(payload));
      await database.listen('news', () => done.resolve());
      await closed.close();
      await database.query(`select pg_notify('news', 'a')`);
      await done.promise;
      expect(heard).toEqual([]);
    });

    it('come back by themselves after the connection was lost, and say that some may have been missed', async () => {
      const admin = await open();
      const database = await open({ applicationName: 'audience' });
      const reconnected = createDeferred();
      const heard = createDeferred<string>();
      await database.listen('news', (payload) => heard.resolve(payload), {
        onReconnect: () => reconnected.resolve(),
      });
      await terminateConnections(admin, 'audience listener');
      await reconnected.promise;
      await admin.query(`select pg_notify('news', 'still here')`);
      expect(await heard.promise).toBe('still here');
    });
  });

  describe('migrations', () => {
    const writeFiles = async (files: Record<string, string>): Promise<string> => {
      const folder = await mkdtemp(join(tmpdir(), 'fathom-migrations-'));
      toClose.push(() => rm(folder, { recursive: true, force: true }));
      for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
      return folder;
    };

    it('are applied once, in order, by however many instances start together', async () => {
      const directory = await writeFiles({
        '0001_thing.sql': 'create table thing (name text);',
        '0002_fill.sql': `insert into thing values ('once');`,
      });
      const schema = newSchema();
      const instances = await Promise.all([1, 2, 3, 4].map(() => open({ schema, maxConnections: 2 })));
      await Promise.all(instances.map((database) => migrate(database, { directory })));
      expect(await instances[0]?.query('select name from thing')).toEqual([{ name: 'once' }]);
    });

    it('refuse a file that was changed after it had been applied, by its name', async () => {
      const directory = await writeFiles({ '0001_thing.sql': 'create table thing (name text);' });
      const database = await open();
      await migrate(database, { directory });
      await writeFile(join(directory, '0001_thing.sql'), 'create table thing (name text, extra text);');
      await expect(migrate(database, { directory })).rejects.toMatchObject({
        code: 'MIGRATION_REFUSED',
        details: { file: '0001_thing.sql' },
      });
    });

    it('are the same file with the line ends of Windows', async () => {
      const directory = await writeFiles({ '0001_thing.sql': 'create table thing (\n  name text);\n' });
      const database = await open();
      await migrate(database, { directory });
      await writeFile(join(directory, '0001_thing.sql'), 'create table thing (\r\n  name text);\r\n');
      await migrate(database, { directory });
    });

    it('keep what came before one that fails, and name its file and line', async () => {
      const directory = await writeFiles({
        '0001_thing.sql': 'create table thing (name text);',
        '0002_broken.sql': 'create table other (name text);\nselect nonsense;',
      });
      const database = await open();
      await expect(migrate(database, { directory })).rejects.toThrow(/0002_broken\.sql, line 2: .*nonsense/);
      expect(
        await database.one(
          `select to_regclass('thing') is not null as thing, to_regclass('other') is not null as other`,
        ),
      ).toEqual({
        thing: true,
        other: false,
      });
    });

    it('refuse numbers with a gap', async () => {
      const directory = await writeFiles({ '0001_a.sql': 'select 1', '0003_c.sql': 'select 1' });
      await expect(migrate(await open(), { directory })).rejects.toThrow('0003_c.sql');
    });

    it('leave a newer schema alone, as an old release meets it during a rolling update', async () => {
      const database = await open();
      await migrate(database, {
        directory: await writeFiles({
          '0001_a.sql': 'create table a (n integer)',
          '0002_b.sql': 'create table b (n integer)',
        }),
      });
      await migrate(database, {
        directory: await writeFiles({ '0001_a.sql': 'create table a (n integer)' }),
      });
      expect(await database.query('select * from b')).toEqual([]);
    });
  });

  describe('the outbox', () => {
    it('publishes what committed and nothing that was rolled back', async () => {
      const database = await openMigrated();
      const broker = createRecordingBroker();
      relay({ database, broker });
      await database.transaction((tx) =>
        tx.publish({ topic: 'a', key: 'k', payload: { n: 1, text: 'a\u0000b' } }),
      );
      await expect(
        database.transaction(async (tx) => {
          await tx.publish({ topic: 'a', key: 'k', payload: { n: 2 } });
          throw new Error('no');
        }),
      ).rejects.toThrow('no');
      await database.transaction((tx) => tx.publish({ topic: 'a', key: 'k', payload: { n: 3 } }));
      await vi.waitFor(() => expect(broker.published).toHaveLength(2), patience);
      expect(broker.published.map(({ payload }) => payload)).toEqual([{ n: 1, text: 'a\u0000b' }, { n: 3 }]);
    });

    it('keeps the order in which the transactions of a key committed, however they overlapped', async () => {
      const database = await openMigrated();
      const broker = createRecordingBroker();
      await database.query('create table commits (n integer generated always as identity, writer integer)');
      // Each writer publishes first and records its place under the key's lock, which it still holds when it commits.
      const write = (writer: number) =>
        database.transaction(async (tx) => {
          await tx.publish({ topic: 'a', key: 'same', payload: writer });
          await tx.query('insert into commits (writer) values ($1)', [writer]);
        });
      await Promise.all(Array.from({ length: 40 }, (_, writer) => write(writer)));
      relay({ database, broker, batchSize: 7 });
      await vi.waitFor(() => expect(broker.published).toHaveLength(40), patience);
      const commits = await database.query<{ writer: number }>('select writer from commits order by n');
      expect(broker.published.map(({ payload }) => payload)).toEqual(commits.map(({ writer }) => writer));
    });

    it('waits while the broker is down, tells how old the oldest event is, and goes on where it was', async () => {
      const database = await openMigrated();
      const broker = createRecordingBroker();
      broker.failWith(new Error('broker is down'));
      const started = relay({ database, broker });
      for (const n of [1, 2, 3])
        await database.transaction((tx) => tx.publish({ topic: 'a', key: 'k', payload: n }));
      await vi.waitFor(
        async () =>
          expect(await started.health()).toMatchObject({ pending: 3, lastFailure: 'broker is down' }),
        patience,
      );
      expect((await started.health()).oldestPendingMs).toBeGreaterThan(0);
      broker.failWith(undefined);
      await vi.waitFor(
        async () =>
          expect(await started.health()).toMatchObject({
            pending: 0,
            oldestPendingMs: 0,
            lastFailure: undefined,
          }),
        patience,
      );
      expect(broker.published.map(({ payload }) => payload)).toEqual([1, 2, 3]);
    });

    it('lets one relay of several publish, and another take over when it is gone', async () => {
      const database = await openMigrated();
      const [first, second] = [createRecordingBroker(), createRecordingBroker()];
      const leader = relay({ database, broker: first });
      await database.transaction((tx) => tx.publish({ topic: 'a', key: 'k', payload: 1 }));
      await vi.waitFor(() => expect(first.published).toHaveLength(1), patience);
      relay({ database, broker: second });
      for (const n of [2, 3])
        await database.transaction((tx) => tx.publish({ topic: 'a', key: 'k', payload: n }));
      await vi.waitFor(() => expect(first.published).toHaveLength(3), patience);
      await leader.close();
      await database.transaction((tx) => tx.publish({ topic: 'a', key: 'k', payload: 4 }));
      await vi.waitFor(() => expect(second.published.map(({ payload }) => payload)).toEqual([4]), patience);
      expect(first.published).toHaveLength(3);
    });

    it('sets aside an event that the broker refuses for good, with the reason, and relays the others', async () => {
      const database = await openMigrated();
      const broker = createRecordingBroker();
      broker.refuse((message) => message.payload === 'poison');
      const started = relay({ database, broker });
      await database.transaction(async (tx) => {
        for (const payload of ['before', 'poison', 'after'])
          await tx.publish({ topic: 'a', key: 'k', payload });
      });
      await vi.waitFor(
        async () => expect(await started.health()).toMatchObject({ pending: 0, refused: 1 }),
        patience,
      );
      expect(broker.published.map(({ payload }) => payload)).toEqual(['before', 'after']);
      expect(await database.query('select payload, refusal from outbox')).toEqual([
        { payload: 'poison', refusal: expect.stringContaining('refused by the test') },
      ]);
    });

    it('writes a change and its events by one statement, both or neither', async () => {
      const statements: string[] = [];
      const database = await openMigrated({ onQuery: ({ sql }) => statements.push(sql) });
      await database.query('create table orders (n integer primary key check (n < 100))');
      const order = (n: number, ...payloads: readonly string[]) =>
        database.changeAndPublish({
          change: 'insert into orders values ($1) on conflict do nothing returning n',
          parameters: [n],
          events: payloads.map((payload, index) => ({
            topic: 'ordered',
            key: `${payloads.length - index}`,
            payload,
          })),
        });
      const stored = async () => ({
        orders: (await database.query<{ n: number }>('select n from orders order by n')).map(({ n }) => n),
        events: (
          await database.query<{ payload: string }>('select payload from outbox order by position')
        ).map(({ payload }) => payload),
      });
      statements.length = 0;
      expect(await order(1, 'a', 'b', 'c')).toBe(true);
      expect(statements).toHaveLength(1);
      // Was there already: nothing changes, nothing is told.
      expect(await order(1, 'again')).toBe(false);
      expect(await order(2)).toBe(true);
      expect(await stored()).toEqual({ orders: [1, 2], events: ['a', 'b', 'c'] });

      await expect(order(100, 'refused by the table')).rejects.toThrow();
      await database.query(`alter table outbox add check (payload::text <> '"refused by the outbox"')`);
      await expect(order(3, 'told', 'refused by the outbox')).rejects.toThrow();
      await expect(order(4, 'x'.repeat(1_000_001))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      expect(await stored()).toEqual({ orders: [1, 2], events: ['a', 'b', 'c'] });

      const broker = createRecordingBroker();
      relay({ database, broker });
      expect(await order(5, 'woken by it')).toBe(true);
      await vi.waitFor(() => expect(broker.published).toHaveLength(4), patience);
    });

    it('refuses an event too large for any broker before the transaction commits', async () => {
      const database = await openMigrated();
      const publishing = database.transaction((tx) =>
        tx.publish({ topic: 'a', key: 'k', payload: 'x'.repeat(1_000_001) }),
      );
      await expect(publishing).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      expect(await database.query('select 1 from outbox')).toEqual([]);
    });
  });

  describe('the inbox', () => {
    it('applies a message once for each consumer, also when two deliveries meet', async () => {
      const database = await openMigrated();
      await database.query('create table effects (name text)');
      const deliver = (consumer: string) =>
        applyOnce(database, { consumer, messageId: 'm1' }, async (tx) => {
          await tx.query('insert into effects values ($1)', [consumer]);
        });
      const outcomes = await Promise.all([deliver('a'), deliver('a'), deliver('a'), deliver('b')]);
      expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(2);
      expect(await database.query('select name from effects order by name')).toEqual([
        { name: 'a' },
        { name: 'b' },
      ]);
    });

    it('forgets a message whose effect failed, so that its redelivery applies', async () => {
      const database = await openMigrated();
      const failing = applyOnce(database, { consumer: 'a', messageId: 'm1' }, async () => {
        throw new Error('not today');
      });
      await expect(failing).rejects.toThrow('not today');
      expect(await applyOnce(database, { consumer: 'a', messageId: 'm1' }, async () => undefined)).toBe(
        'applied',
      );
    });

    it('applies several messages together: those that were applied before are left out, and all have their effect or none', async () => {
      const database = await openMigrated();
      await database.query('create table effects (name text)');
      const deliver = (ids: readonly string[], fail = false) =>
        applyEachOnce(
          database,
          { consumer: 'a', messages: ids.map((id) => ({ id, name: `effect of ${id}` })) },
          async (tx, fresh) => {
            for (const { name } of fresh) await tx.query('insert into effects values ($1)', [name]);
            if (fail) throw new Error('not today');
          },
        );
      const effects = async () =>
        (await database.query<{ name: string }>('select name from effects order by name')).map(
          ({ name }) => name,
        );
      await expect(deliver(['m1', 'm2'], true)).rejects.toThrow('not today');
      expect(await effects()).toEqual([]);
      expect([...(await deliver(['m1']))]).toEqual(['m1']);
      expect([...(await deliver(['m3', 'm2', 'm1', 'm2']))].sort()).toEqual(['m2', 'm3']);
      // Two that meet in opposite order have each effect once.
      await Promise.all([deliver(['m4', 'm5', 'm6']), deliver(['m6', 'm5', 'm4'])]);
      expect(await effects()).toEqual([1, 2, 3, 4, 5, 6].map((n) => `effect of m${n}`));
    });
  });

  describe('a server that is killed and restarted while transactions publish', () => {
    it('loses nothing that was acknowledged, applies nothing twice, and everything recovers by itself', async () => {
      const database = await openMigrated();
      await database.query(
        'create table orders (n integer primary key); create table effects (n integer not null)',
      );
      const heard = createDeferred();
      const reconnected = createDeferred();
      await database.listen('after_restart', () => heard.resolve(), {
        onReconnect: () => reconnected.resolve(),
      });
      // The consumer sits behind the broker, so a delivery that fails is delivered again: that is the relay's retry.
      const broker = createRecordingBroker(async ({ id, payload }) => {
        await applyOnce(database, { consumer: 'effects', messageId: id }, async (tx) => {
          await tx.query('insert into effects values ($1)', [payload]);
        });
      });
      relay({ database, broker, batchSize: 10 });

      const acknowledged: number[] = [];
      const failures: unknown[] = [];
      let next = 0;
      let stop = false;
      const writer = async () => {
        while (!stop) {
          const n = next;
          next += 1;
          try {
            await database.transaction(async (tx) => {
              await tx.query('insert into orders values ($1)', [n]);
              await tx.publish({ topic: 'orders', key: String(n % 4), payload: n });
            });
            acknowledged.push(n);
          } catch (error) {
            failures.push(error);
          }
        }
      };
      const writers = [writer(), writer(), writer()];
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(30), patience);
      await target.restart();
      const beforeRestart = acknowledged.length;
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(beforeRestart + 30), patience);
      stop = true;
      await Promise.all(writers);

      const orders = (await database.query<{ n: number }>('select n from orders order by n')).map(
        ({ n }) => n,
      );
      expect(orders).toEqual(expect.arrayContaining(acknowledged));
      expect(failures.length).toBeGreaterThan(0);
      for (const failure of failures)
        expect(failure).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true });
      await vi.waitFor(async () => {
        const effects = await database.query<{ n: number }>('select n from effects order by n');
        expect(effects.map(({ n }) => n)).toEqual(orders);
      }, patience);
      await reconnected.promise;
      await database.query(`select pg_notify('after_restart', '')`);
      await heard.promise;
    });
  });
}
