import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { connectRedis, orUnavailable } from '../cache/redis-connection.ts';
import type { StreamEvent } from './stream-buffer.ts';
import type { AppendOutcome, StoredAppend, StreamHead, StreamPage, StreamStore } from './stream-store.ts';

export interface RedisStreamStoreOptions {
  readonly url: string;
  /** Tells this process's notifications from those of others. */
  readonly producerId: string;
  readonly logger: Logger;
  readonly prefix?: string;
}

/**
 * KEYS: head (hash), events (stream). ARGV: expected sequence, end, append id, payload...
 * An event's Redis id is `<sequence>-0`, so that a range of ids is a range of sequences.
 * Returns nothing, or of a refusal: last sequence, ended, last append id.
 */
const appendScript = `
local last = tonumber(redis.call('HGET', KEYS[1], 'last') or '0')
local ended = redis.call('HGET', KEYS[1], 'ended') or '0'
if ended == '1' or last ~= tonumber(ARGV[1]) - 1 then
  return { last, ended, redis.call('HGET', KEYS[1], 'append') or '' }
end
for i = 4, #ARGV do
  last = last + 1
  redis.call('XADD', KEYS[2], string.format('%.0f-0', last), 'p', ARGV[i])
end
redis.call('HSET', KEYS[1], 'last', string.format('%.0f', last), 'ended', ARGV[2], 'append', ARGV[3],
  'at', redis.call('TIME')[1])
return false`;

/** KEYS: head, events. ARGV: age in seconds. Deletes the stream if its last append is older; 1 if it is gone. */
const expireScript = `
local at = redis.call('HGET', KEYS[1], 'at')
if at and redis.call('TIME')[1] - at < tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
return 1`;

/** Streams in Redis. The two keys of a stream share a hash slot, for clusters; the index of ages has its own. */
export function createRedisStreamStore({
  url,
  producerId,
  logger,
  prefix = 'fathom:streams:',
}: RedisStreamStoreOptions): StreamStore {
  const redis = connectRedis(url, { logger, name: 'fathom-streams' });
  const ages = `${prefix}ages`;
  const channel = `${prefix}appends`;
  const headKey = (stream: string) => `${prefix}{${stream}}:head`;
  const eventsKey = (stream: string) => `${prefix}{${stream}}:events`;
  let subscriber: Redis | undefined;
  let watching: Promise<void> | undefined;

  async function append(entries: readonly StoredAppend[]): Promise<readonly AppendOutcome[]> {
    const pipeline = redis.pipeline();
    for (const { stream, expectedSequence, payloads, end, appendId } of entries) {
      const keys = [headKey(stream), eventsKey(stream)];
      pipeline.eval(appendScript, 2, ...keys, expectedSequence, end ? 1 : 0, appendId, ...payloads);
      pipeline.zadd(ages, Date.now(), stream);
      pipeline.publish(channel, `${producerId} ${stream}`);
    }
    const answers = await run(pipeline);
    return entries.map((_, index) => toOutcome(answers[3 * index] as [number, string, string] | null));
  }

  async function read(stream: string, afterSequence: number, limit: number): Promise<StreamPage> {
    const [head, events] = await run(
      redis
        .multi()
        .hmget(headKey(stream), 'last', 'ended')
        .xrange(eventsKey(stream), `${afterSequence + 1}-0`, '+', 'COUNT', limit),
    );
    return {
      events: (events as [string, string[]][]).map(toEvent),
      head: toHead(head as [string | null, string | null]),
    };
  }

  async function heads(streams: readonly string[]): Promise<ReadonlyMap<string, StreamHead>> {
    const pipeline = redis.pipeline();
    for (const stream of streams) pipeline.hmget(headKey(stream), 'last', 'ended');
    const answers = await run(pipeline);
    return new Map(
      streams.flatMap((stream, index) => {
        const head = toHead(answers[index] as [string | null, string | null]);
        return head ? [[stream, head] as const] : [];
      }),
    );
  }

  async function expire(olderThanMs: number): Promise<number> {
    const old = await orUnavailable(redis.zrangebyscore(ages, '-inf', Date.now() - olderThanMs));
    let expired = 0;
    for (const stream of old) {
      const keys = [headKey(stream), eventsKey(stream)];
      const gone = await orUnavailable(redis.eval(expireScript, 2, ...keys, Math.floor(olderThanMs / 1_000)));
      if (gone !== 1) continue;
      await orUnavailable(redis.zrem(ages, stream));
      expired++;
    }
    return expired;
  }

  /** A connection of its own: one that subscribes can do nothing else. ioredis subscribes again when it reconnects. */
  async function subscribe(listener: (stream: string) => void): Promise<void> {
    subscriber ??= connectRedis(url, { logger, name: 'fathom-streams-watch' });
    await orUnavailable(subscriber.subscribe(channel));
    subscriber.on('message', (_, payload) => {
      const space = payload.indexOf(' ');
      if (payload.slice(0, space) !== producerId) listener(payload.slice(space + 1));
    });
  }

  async function watch(listener: (stream: string) => void): Promise<void> {
    watching ??= subscribe(listener);
    const attempt = watching;
    try {
      await attempt;
    } catch (error) {
      if (watching === attempt) watching = undefined;
      throw error;
    }
  }

  return {
    implementation: 'redis',
    append,
    read,
    heads,
    expire,
    watch,
    close: async () => {
      redis.disconnect();
      subscriber?.disconnect();
    },
  };
}

/** The answers of a pipeline or transaction; the first error of any of them is thrown. */
async function run(pipeline: ReturnType<Redis['pipeline']>): Promise<readonly unknown[]> {
  return await orUnavailable(
    (async () => {
      const results = (await pipeline.exec()) ?? [];
      return results.map(([error, value]) => {
        if (error) throw error;
        return value;
      });
    })(),
  );
}

function toOutcome(refusal: [number, string, string] | null): AppendOutcome {
  if (refusal === null) return { kind: 'appended' };
  const [lastSequence, ended, lastAppendId] = refusal;
  return { kind: 'refused', lastSequence, ended: ended === '1', lastAppendId };
}

function toEvent([id, [, payload]]: [string, string[]]): StreamEvent {
  return { sequence: Number(id.split('-')[0]), payload: JSON.parse(payload ?? 'null') };
}

function toHead([last, ended]: [string | null, string | null]): StreamHead | undefined {
  return last === null ? undefined : { lastSequence: Number(last), ended: ended === '1' };
}
