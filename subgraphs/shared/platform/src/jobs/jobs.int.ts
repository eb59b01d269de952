/** The lease queue, the log and the progress stream together, on real PostgreSQL. */

import { pino } from 'pino';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { openStreamBuffer } from '../streams/open-stream-buffer.ts';
import type { StreamBuffer } from '../streams/stream-buffer.ts';
import { useTestDatabase } from '../testing/postgres.ts';
import { createJobLog } from './job-log.ts';
import { createLeaseQueue } from './lease-queue.ts';
import { createProgressStream } from './progress-stream.ts';
import { defineStates } from './state-machine.ts';

const testDatabase = useTestDatabase();
const states = defineStates<'QUEUED' | 'RUNNING' | 'DONE'>(
  { QUEUED: ['RUNNING'], RUNNING: ['QUEUED', 'DONE'], DONE: [] },
  { resting: ['DONE'] },
);
const log = createJobLog({ table: 'job', states });
let database: Database;

beforeAll(async () => {
  database = await testDatabase.open({ schema: 'jobs' });
  await database.query(`create table job (id text primary key, status text not null default 'QUEUED', detail text,
    failure_code text, finished_at timestamptz, last_sequence integer not null default 0,
    created_at timestamptz not null default clock_timestamp(), attempt integer not null default 0,
    crashes integer not null default 0, stop_requested boolean not null default false,
    lease_owner text, lease_until timestamptz)`);
  await database.query(
    'create table job_event (job_id text, sequence integer, payload jsonb, primary key (job_id, sequence))',
  );
});
beforeEach(async () => {
  await database.query('truncate job, job_event');
});

const add = (id: string) => database.query('insert into job (id) values ($1)', [id]);
const queueOf = (owner: string, leaseMs = 60_000) =>
  createLeaseQueue({ database, table: 'job', activeStates: states.active, owner, leaseMs });

test('two instances that claim at once never get the same job, oldest first', async () => {
  for (const id of ['1', '2', '3']) await add(id);
  const claims = await Promise.all(['a', 'b', 'a', 'b'].map((owner) => queueOf(owner).claim()));
  expect(claims.map((claim) => claim?.id ?? 'none').sort()).toEqual(['1', '2', '3', 'none']);
});

test('a job of an instance that fell silent is taken over, counted, and its old holder is fenced off', async () => {
  await add('1');
  const [silent, next] = [queueOf('silent', 0), queueOf('next')];
  const old = (await silent.claim())!;
  const claim = (await next.claim())!;
  expect(claim).toMatchObject({ id: '1', attempt: 2, crashes: 1 });
  expect(await silent.renew(old)).toBe('lost');
  await expect(
    database.transaction((tx) => log.lock(tx, { jobId: '1', attempt: old.attempt })),
  ).rejects.toMatchObject({
    code: 'LEASE_LOST',
  });
  await silent.release(old);
  expect(await next.renew(claim)).toBe('held');
});

test('a job that was given back is claimed at once and not counted; one whose worker died waits and is counted', async () => {
  await add('1');
  const queue = queueOf('a');
  await queue.release((await queue.claim())!);
  const again = (await queue.claim())!;
  expect(again.crashes).toBe(0);
  await queue.retryAfter(again, 60_000);
  expect(await queue.claim()).toBeUndefined();
  await queue.retryAfter(again, 0);
  expect(await queue.claim()).toMatchObject({ crashes: 1 });
});

test('a request to stop reaches the holder; without one, whoever asked has to end the job', async () => {
  await add('1');
  const queue = queueOf('a');
  expect(await database.transaction((tx) => queue.requestStop(tx, '1'))).toBe('unclaimed');
  await database.transaction((tx) => queue.reset(tx, '1'));
  const claim = (await queue.claim())!;
  expect(await database.transaction((tx) => queue.requestStop(tx, '1'))).toBe('claimed');
  expect(await queue.renew(claim)).toBe('stop-requested');
});

test('states move as their table allows, and concurrent events have no gaps', async () => {
  await add('1');
  await database.transaction((tx) => log.move(tx, { jobId: '1' }, { to: 'RUNNING', detail: 'begins' }));
  await expect(
    database.transaction((tx) => log.move(tx, { jobId: '1' }, { to: 'RUNNING', detail: 'again' })),
  ).rejects.toThrow('from RUNNING to RUNNING');
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => database.transaction((tx) => log.append(tx, '1', [{ n }, { n }]))),
  );
  const events = await log.after(database, '1', 0, 100);
  expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

const progressOn = (streams: StreamBuffer) =>
  createProgressStream({
    streams,
    name: 'job',
    stored: (id, after, limit) => log.after(database, id, after, limit),
    isLast: (id, sequence) => log.isLast(database, id, sequence),
  });
const openStreams = () => openStreamBuffer({ logger: pino({ level: 'silent' }) });

async function emit(id: string, count: number): Promise<void> {
  await database.transaction((tx) =>
    log.append(
      tx,
      id,
      Array.from({ length: count }, (_, n) => ({ n })),
    ),
  );
}

async function sequences(events: AsyncIterable<{ sequence: number }>): Promise<readonly number[]> {
  const seen: number[] = [];
  for await (const { sequence } of events) seen.push(sequence);
  return seen;
}
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const never = () => new AbortController().signal;

test('what an instance committed and did not forward is forwarded by the next; what both forward is there once', async () => {
  const streams = await openStreams();
  await add('1');
  await emit('1', 600);
  const [one, two] = [progressOn(streams), progressOn(streams)];
  const following = sequences(await one.follow('1', 0, never()));
  await emit('1', 5);
  await Promise.all([one.publish('1'), two.publish('1'), one.publish('1')]);
  await database.query("update job set status = 'DONE'");
  await emit('1', 1);
  await two.publish('1');
  expect(await following).toEqual(upTo(606));
  expect(await sequences(await two.follow('1', 600, never()))).toEqual(upTo(606, 601));
  expect(await sequences(await two.follow('1', 606, never()))).toEqual([]);
  await streams.close();
});

test('a stream that its buffer forgot is told again from the beginning', async () => {
  const streams = await openStreams();
  await add('1');
  await emit('1', 3);
  const progress = progressOn(streams);
  await progress.publish('1');
  await database.query("update job set status = 'DONE'");
  await streams.expire(-1_000);
  expect(await sequences(await progress.follow('1', 0, never()))).toEqual([1, 2, 3]);
  await streams.close();
});

test('a follower that leaves settles its pending read at once', async () => {
  const streams = await openStreams();
  await add('1');
  const abort = new AbortController();
  const pending = sequences(await progressOn(streams).follow('1', 0, abort.signal));
  abort.abort('UNSUBSCRIBED');
  expect(await pending).toEqual([]);
  await streams.close();
});
