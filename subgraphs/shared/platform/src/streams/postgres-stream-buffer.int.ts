import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../database/database.ts';
import { ensureSharedSchema } from '../database/shared-schema.ts';
import { createDeferred } from '../deferred.ts';
import { startKillablePostgres } from '../testing/killable-postgres.ts';
import { useTestDatabase } from '../testing/postgres.ts';
import { openStreamBuffer } from './open-stream-buffer.ts';
import { streamBufferContract } from './stream-buffer.contract.ts';
import { streamsSchemaVersions } from './streams-schema.ts';

const logger = pino({ level: 'silent' });
const patience = { timeout: 20_000, interval: 20 };

streamBufferContract('PostgreSQL', async () => {
  const server = await startKillablePostgres();
  return {
    open: async () => {
      const database = await openDatabase({
        url: server.url,
        schema: 'test',
        applicationName: 'test',
        logger,
      });
      const buffer = await openStreamBuffer({ database, logger });
      return {
        ...buffer,
        close: async () => {
          await buffer.close();
          await database.close();
        },
      };
    },
    shared: { connection: { databaseUrl: server.url }, killServer: () => server.killAndRestart() },
    close: () => server.stop(),
  };
});

describe('the PostgreSQL stream buffer', () => {
  const test = useTestDatabase();

  it('asks the database one thing for a step of sixteen streams, and nothing for their followers here', async () => {
    const statements: string[] = [];
    const database = await test.open({ onQuery: ({ sql }) => statements.push(sql) });
    const buffer = await openStreamBuffer({ database, logger, pollMs: 3_600_000 });
    const streams = Array.from({ length: 16 }, (_, index) => `counted-${index}`);
    const step = (n: number, end = false) =>
      buffer.appendMany(streams.map((stream) => ({ stream, expectedSequence: n, payloads: [{ n }], end })));
    await step(1);
    const followed = streams.map((stream) => buffer.follow(stream, 0, new AbortController().signal));
    const first = await Promise.all(followed.map((follower) => follower.next()));
    expect(first.every(({ value }) => value?.sequence === 1)).toBe(true);

    statements.length = 0;
    for (let n = 2; n <= 11; n++) {
      const next = followed.map((follower) => follower.next());
      await step(n, n === 11);
      expect((await Promise.all(next)).every(({ value }) => value?.sequence === n)).toBe(true);
    }
    const ends = await Promise.all(followed.map((follower) => follower.next()));
    expect(ends.every(({ done }) => done)).toBe(true);
    expect(statements).toHaveLength(10);
    await buffer.close();
  });

  it('asks the store nothing for who follows a stream from its beginning in the process that writes it', async () => {
    const statements: string[] = [];
    const database = await test.open({ onQuery: ({ sql }) => statements.push(sql) });
    const buffer = await openStreamBuffer({ database, logger, pollMs: 3_600_000 });
    statements.length = 0;
    buffer.begin('begun here');
    const follower = buffer.follow('begun here', 0, new AbortController().signal);
    const first = follower.next();
    const appended = buffer.append('begun here', 1, ['first']);
    expect((await first).value).toEqual({ sequence: 1, payload: 'first' });
    await appended;
    expect(statements).toEqual([expect.stringContaining('streams.append')]);
    await buffer.close();
  });

  it('tells of appends only while another process follows streams of others', async () => {
    const database = await test.open();
    const [producer, reader] = await Promise.all(
      [1, 2].map(() => openStreamBuffer({ database, logger, pollMs: 3_600_000 })),
    );
    const told: string[] = [];
    const listening = await database.listen('streams', (payload) => told.push(payload.split(' ').at(-1)!));
    /** What was told so far; notifications of one server keep their order. */
    const toldUntilNow = async () => {
      await database.query(`select pg_notify('streams', 'test until-now')`);
      await vi.waitFor(() => expect(told.at(-1)).toBe('until-now'));
      return told.splice(0).filter((stream) => stream !== 'until-now');
    };
    const here = producer!.follow('quiet', 0, new AbortController().signal);
    await producer!.append('quiet', 1, [1]);
    await here.next();
    expect(await toldUntilNow()).toEqual([]);

    const there = reader!.follow('quiet', 0, new AbortController().signal);
    expect((await there.next()).value).toMatchObject({ sequence: 1 });
    // Without its poll, the reader has only the notification to go by.
    const next = there.next();
    await producer!.append('quiet', 2, [2]);
    expect((await next).value).toMatchObject({ sequence: 2 });
    expect(await toldUntilNow()).toEqual(['quiet']);

    await database.query(`update streams.watchers set watches_until = now()`);
    await producer!.append('quiet', 3, [3]);
    expect(await toldUntilNow()).toEqual([]);
    await listening.close();
    await Promise.all([producer!.close(), reader!.close()]);
  });

  it('forgets by itself what nobody appended to for the time it keeps streams, and nothing younger', async () => {
    const database = await test.open();
    const buffer = await openStreamBuffer({ database, logger, retentionMs: 3_600_000, expireEveryMs: 20 });
    await buffer.append('old', 1, [1, 2], { end: true });
    await buffer.append('young', 1, [1, 2], { end: true });
    await database.query(
      `update streams.heads set updated_at = now() - interval '2 hours' where stream = 'old'`,
    );
    await vi.waitFor(async () => {
      const kept = await database.query<{ stream: string }>(
        `select distinct stream from streams.appends where stream in ('old', 'young')`,
      );
      expect(kept).toEqual([{ stream: 'young' }]);
    }, patience);
    await buffer.close();
  });

  it('keeps what was appended together in one row, and reads it event by event behind any of them', async () => {
    const database = await test.open();
    const buffer = await openStreamBuffer({ database, logger });
    const payloads = Array.from({ length: 12 }, (_, index) => ({ n: index + 1 }));
    await buffer.append('rows', 1, payloads.slice(0, 5));
    await buffer.append('rows', 6, payloads.slice(5, 6));
    await buffer.append('rows', 7, payloads.slice(6, 12));
    await buffer.append('rows', 13, [], { end: true });
    expect(
      await database.query(
        `select sequence::integer, event_count, payload from streams.appends where stream = 'rows' order by sequence`,
      ),
    ).toEqual([
      { sequence: 5, event_count: 5, payload: payloads.slice(0, 5) },
      { sequence: 6, event_count: 1, payload: { n: 6 } },
      { sequence: 12, event_count: 6, payload: payloads.slice(6) },
    ]);
    const whole = payloads.map((payload, index) => ({ sequence: index + 1, payload }));
    for (let after = 0; after <= 12; after += 1)
      for (let limit = 1; limit <= 13; limit += 1)
        expect(await buffer.read('rows', after, limit), `${limit} behind ${after}`).toEqual({
          events: whole.slice(after, after + limit),
          ended: after + limit >= 12,
        });
    await buffer.close();
  });

  it('tells one event whose payload is an array from several', async () => {
    const database = await test.open();
    const buffer = await openStreamBuffer({ database, logger });
    await buffer.append('arrays', 1, [[1, 2]]);
    await buffer.append('arrays', 2, [[], [[3]], null]);
    const { events } = await buffer.read('arrays', 0, 10);
    expect(events.map(({ payload }) => payload)).toEqual([[1, 2], [], [[3]], null]);
    await buffer.close();
  });

  it('lets processes of the version before read and forget events as they did', async () => {
    const database = await test.open();
    const buffer = await openStreamBuffer({ database, logger });
    await buffer.append('seen before', 1, ['a', ['b']]);
    await buffer.append('seen before', 3, [null]);
    await buffer.append('another', 1, ['kept']);
    const read = (stream: string) =>
      database.query(
        'select sequence::integer, payload from streams.events where stream = $1 and sequence > 1 order by sequence limit 9',
        [stream],
      );
    expect(await read('seen before')).toEqual([
      { sequence: 2, payload: ['b'] },
      { sequence: 3, payload: null },
    ]);
    await database.query(
      `with gone as (delete from streams.heads where stream = 'seen before' returning stream)
       delete from streams.events e using gone where e.stream = gone.stream`,
    );
    expect(await database.query('select stream, payload from streams.appends order by stream')).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ stream: 'seen before' })]),
    );
    expect((await buffer.read('another', 0, 9)).events).toEqual([{ sequence: 1, payload: 'kept' }]);
    await buffer.close();
  });

  it('lets an append of the version before end that is under way while the schema is brought up to date', async () => {
    const database = await test.open();
    const before = streamsSchemaVersions.slice(0, 4);
    await ensureSharedSchema(database, { schema: 'streams', versions: before });
    const append = (expected: number, payloads: string) =>
      database.query(
        `select * from streams.append('an old process', '{under way}', $1, $2, '{false}', '{id}')`,
        [[expected], [payloads]],
      );
    await append(1, '["a"]');
    const release = createDeferred<void>();
    const locked = createDeferred<void>();
    const holder = database.transaction(async (tx) => {
      await tx.query(`select from streams.heads where stream = 'under way' for update`);
      locked.resolve();
      await release.promise;
    });
    await locked.promise;
    const underWay = append(2, '["b", ["c"]]');
    await vi.waitFor(async () => {
      const waiting = await database.query(
        `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%an old process%' and pid <> pg_backend_pid()`,
      );
      expect(waiting).toHaveLength(1);
    }, patience);
    const buffer = await openStreamBuffer({ database, logger });
    release.resolve();
    await Promise.all([holder, underWay]);
    await buffer.append('under way', 4, ['d', 'e']);
    expect((await buffer.read('under way', 0, 9)).events.map(({ payload }) => payload)).toEqual([
      'a',
      'b',
      ['c'],
      'd',
      'e',
    ]);
    await buffer.close();
  });

  it('notes the time of an append once a minute and at the end, so that what goes on is kept', async () => {
    const database = await test.open();
    const buffer = await openStreamBuffer({ database, logger });
    const noted = async () => {
      const head = await database.one<{ at: Date }>(
        `select updated_at as at from streams.heads where stream = 'noted'`,
      );
      return head.at.getTime();
    };
    const setBack = async (seconds: number) => {
      await database.query(
        `update streams.heads set updated_at = now() - make_interval(secs => $1) where stream = 'noted'`,
        [seconds],
      );
      return noted();
    };
    await buffer.append('noted', 1, [1]);
    const recent = await setBack(30);
    await buffer.append('noted', 2, [2]);
    expect(await noted()).toBe(recent);
    const old = await setBack(61);
    await buffer.append('noted', 3, [3, 4]);
    expect(await noted()).toBeGreaterThan(old);
    const beforeTheEnd = await setBack(30);
    await buffer.append('noted', 5, [5], { end: true });
    expect(await noted()).toBeGreaterThan(beforeTheEnd);
    await buffer.close();
  });
});
