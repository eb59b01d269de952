import type { Logger } from 'pino';
import type { Cache, CounterResult, Lock, SetOptions } from './cache.ts';
import { connectRedis, orUnavailable } from './redis-connection.ts';
import { createSingleFlight } from './single-flight.ts';

export interface RedisCacheOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Before every key, so that several platforms can share one server. */
  readonly prefix?: string;
}

/** KEYS: counter. ARGV: by, windowMs. Returns the value and the milliseconds left of the window. */
const incrementScript = `
local value = redis.call('INCRBYFLOAT', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  left = tonumber(ARGV[2])
end
return { value, left }`;

/**
 * KEYS: lock, last token of that name. ARGV: ttlMs. Returns the new token, or nothing if the lock is held.
 * The token is the server's time in microseconds, or one more than the last: it grows even when the server lost all.
 */
const acquireScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local time = redis.call('TIME')
local token = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if token <= last then token = last + 1 end
local text = string.format('%.0f', token)
redis.call('SET', KEYS[2], text)
redis.call('SET', KEYS[1], text, 'PX', ARGV[1])
return text`;

/** KEYS: lock. ARGV: token, ttlMs. */
const extendScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS: lock. ARGV: token. */
const releaseScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** The cache in Redis. What must be atomic is one Lua script; a lock's two keys share a hash slot, for clusters. */
export function createRedisCache({ url, logger, prefix = 'fathom:cache:' }: RedisCacheOptions): Cache {
  const redis = connectRedis(url, { logger, name: 'fathom-cache' });
  const valueKey = (key: string) => `${prefix}v:${key}`;
  const lockKey = (name: string) => `${prefix}l:{${name}}`;

  async function getMany(keys: readonly string[]): Promise<readonly unknown[]> {
    if (keys.length === 0) return [];
    const texts = await orUnavailable(redis.mget(keys.map(valueKey)));
    return texts.map((text) => (text === null ? undefined : JSON.parse(text)));
  }

  async function get(key: string): Promise<unknown> {
    const [value] = await getMany([key]);
    return value;
  }

  async function set(key: string, value: unknown, { ttlMs }: SetOptions): Promise<void> {
    await orUnavailable(
      redis.set(valueKey(key), JSON.stringify(value ?? null), 'PX', Math.max(1, Math.ceil(ttlMs))),
    );
  }

  async function remove(key: string): Promise<void> {
    await orUnavailable(redis.del(valueKey(key)));
  }

  async function increment(key: string, by: number, windowMs: number): Promise<CounterResult> {
    const answer = await orUnavailable(
      redis.eval(incrementScript, 1, `${prefix}c:${key}`, by, Math.ceil(windowMs)),
    );
    const [value, leftMs] = answer as [string, number];
    return { value: Number(value), resetsAt: new Date(Date.now() + leftMs) };
  }

  async function acquireLock(name: string, ttlMs: number): Promise<Lock | undefined> {
    const key = lockKey(name);
    const token = (await orUnavailable(redis.eval(acquireScript, 2, key, `${key}:last`, Math.ceil(ttlMs)))) as
      | string
      | null;
    if (token === null) return undefined;
    return {
      token: BigInt(token),
      extend: async (extensionMs) =>
        (await orUnavailable(redis.eval(extendScript, 1, key, token, Math.ceil(extensionMs)))) === 1,
      release: async () => {
        await orUnavailable(redis.eval(releaseScript, 1, key, token));
      },
    };
  }

  return {
    implementation: 'redis',
    get,
    getMany,
    set,
    delete: remove,
    getOrLoad: createSingleFlight({ get, set, logger }),
    increment,
    acquireLock,
    ping: async () => {
      await orUnavailable(redis.ping());
    },
    close: async () => redis.disconnect(),
  };
}
