import type { Database } from '../database/database.ts';
import { ensureSharedSchema } from '../database/shared-schema.ts';
import type { StreamEvent } from './stream-buffer.ts';
import type { AppendOutcome, StoredAppend, StreamHead, StreamPage, StreamStore } from './stream-store.ts';
import { streamsSchemaVersions } from './streams-schema.ts';

export interface PostgresStreamStoreOptions {
  /** Any database handle of the server that the processes share; the streams live in its schema `streams`. */
  readonly database: Database;
  /** Tells this process's notifications from those of others. */
  readonly producerId: string;
}

const expireChunkStreams = 500;
/** How long appenders tell a process that follows streams of others, and how often it says that it still does. */
const watchMs = 30_000;
const renewWatchMs = 10_000;

interface RefusedRow {
  readonly place: number;
  readonly last_sequence: string;
  readonly ended: boolean;
  readonly last_append: string;
}

interface HeadRow {
  readonly last_sequence: string;
  readonly ended: boolean;
}

/** What was appended together. */
interface AppendRow {
  /** Of its last event. */
  readonly sequence: string;
  readonly event_count: number;
  /** Of one event, or an array of those of several. */
  readonly payload: unknown;
}

interface NoAppendRow {
  readonly sequence: null;
}

function eventsOf({ sequence, event_count, payload }: AppendRow): readonly StreamEvent[] {
  const payloads = event_count === 1 ? [payload] : (payload as readonly unknown[]);
  const before = Number(sequence) - event_count;
  return payloads.map((one, index) => ({ sequence: before + index + 1, payload: one }));
}

/** Streams in PostgreSQL: they outlive every process that writes or reads them. */
export async function createPostgresStreamStore({
  database,
  producerId,
}: PostgresStreamStoreOptions): Promise<StreamStore> {
  await ensureSharedSchema(database, { schema: 'streams', versions: streamsSchemaVersions });
  let channel: Promise<{ close(): Promise<void> }> | undefined;
  let watchedAt = Number.NEGATIVE_INFINITY;

  async function append(entries: readonly StoredAppend[]): Promise<readonly AppendOutcome[]> {
    const refused = await database.query<RefusedRow>('select * from streams.append($1, $2, $3, $4, $5, $6)', [
      producerId,
      entries.map(({ stream }) => stream),
      entries.map(({ expectedSequence }) => expectedSequence),
      entries.map(({ payloads }) => `[${payloads.join(',')}]`),
      entries.map(({ end }) => end),
      entries.map(({ appendId }) => appendId),
    ]);
    const outcomes = new Array<AppendOutcome>(entries.length).fill({ kind: 'appended' });
    for (const { place, last_sequence, ended, last_append } of refused) {
      outcomes[place - 1] = {
        kind: 'refused',
        lastSequence: Number(last_sequence),
        ended,
        lastAppendId: last_append,
      };
    }
    return outcomes;
  }

  async function read(stream: string, afterSequence: number, limit: number): Promise<StreamPage> {
    const rows = await database.query<HeadRow & (AppendRow | NoAppendRow)>(
      `select h.last_sequence, h.ended, a.sequence, a.event_count, a.payload from streams.heads h
       left join lateral (
         select sequence, event_count, payload from streams.appends a
         where a.stream = h.stream and a.sequence > $2 and a.sequence <= coalesce(
           (select min(sequence) from streams.appends l where l.stream = h.stream and l.sequence >= $2::bigint + $3),
           h.last_sequence)
         order by a.sequence
       ) a on true
       where h.stream = $1`,
      [stream, afterSequence, limit],
    );
    const [head] = rows;
    const events = rows.flatMap((row) => (row.sequence === null ? [] : eventsOf(row)));
    return {
      // Of the first and the last append perhaps a part only.
      events: events.filter(({ sequence }) => sequence > afterSequence).slice(0, limit),
      head: head && { lastSequence: Number(head.last_sequence), ended: head.ended },
    };
  }

  async function heads(streams: readonly string[]): Promise<ReadonlyMap<string, StreamHead>> {
    const rows = await database.query<{ stream: string; last_sequence: string; ended: boolean }>(
      'select stream, last_sequence, ended from streams.heads where stream = any($1)',
      [streams],
    );
    return new Map(
      rows.map(({ stream, last_sequence, ended }) => [
        stream,
        { lastSequence: Number(last_sequence), ended },
      ]),
    );
  }

  async function expire(olderThanMs: number): Promise<number> {
    let expired = 0;
    for (let chunk = expireChunkStreams; chunk === expireChunkStreams; expired += chunk) {
      chunk = await expireSome(olderThanMs);
    }
    return expired;
  }

  /** One statement a chunk; what another process expires at the same moment is left to it. */
  async function expireSome(olderThanMs: number): Promise<number> {
    const { expired } = await database.one<{ expired: number }>(
      `with old as (
         select stream from streams.heads where updated_at < clock_timestamp() - $1 * interval '1 millisecond'
         order by updated_at limit ${expireChunkStreams} for update skip locked
       ), gone as (
         delete from streams.heads h using old where h.stream = old.stream returning h.stream
       ), emptied as (
         delete from streams.appends a using gone where a.stream = gone.stream
       )
       select count(*)::integer as expired from gone`,
      [olderThanMs],
    );
    return expired;
  }

  async function watch(listener: (stream: string) => void): Promise<void> {
    channel ??= database.listen(
      'streams',
      (payload) => {
        const space = payload.indexOf(' ');
        if (payload.slice(0, space) !== producerId) listener(payload.slice(space + 1));
      },
      {
        // A server that crashed has forgotten who watches.
        onReconnect: () => {
          watchedAt = Number.NEGATIVE_INFINITY;
        },
      },
    );
    const listening = channel;
    try {
      await listening;
    } catch (error) {
      if (channel === listening) channel = undefined;
      throw error;
    }
    const now = performance.now();
    if (now - watchedAt < renewWatchMs) return;
    await database.query('select streams.watch($1, $2)', [producerId, watchMs / 1000]);
    watchedAt = now;
  }

  return {
    implementation: 'postgres',
    append,
    read,
    heads,
    expire,
    watch,
    close: async () => {
      const listening = await channel?.catch(() => undefined);
      await listening?.close();
    },
  };
}
