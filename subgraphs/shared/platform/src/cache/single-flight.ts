import type { Logger } from 'pino';
import type { Cache, SetOptions } from './cache.ts';

export interface SingleFlightOptions {
  readonly get: Cache['get'];
  readonly set: Cache['set'];
  readonly logger: Logger;
}

/**
 * `getOrLoad` over a get and a set: callers of one key in this process share one look-up and one load.
 *
 * A cache that is down costs speed, not answers: its errors are logged and the value is loaded. An error of `load`
 * goes to all who waited for it, and the next caller loads again.
 */
export function createSingleFlight({ get, set, logger }: SingleFlightOptions): Cache['getOrLoad'] {
  const flights = new Map<string, Promise<unknown>>();

  async function lookUp(key: string): Promise<unknown> {
    try {
      return await get(key);
    } catch (error) {
      logger.warn({ err: error, key }, 'the cache could not be read; the value is loaded');
      return undefined;
    }
  }

  async function keep(key: string, value: unknown, options: SetOptions): Promise<void> {
    try {
      await set(key, value, options);
    } catch (error) {
      logger.warn({ err: error, key }, 'a loaded value could not be cached');
    }
  }

  async function fly<T>(key: string, options: SetOptions, load: () => Promise<T>): Promise<T> {
    const cached = await lookUp(key);
    if (cached !== undefined) return cached as T;
    const loaded = await load();
    if (loaded !== undefined) await keep(key, loaded, options);
    return loaded;
  }

  return <T>(key: string, options: SetOptions, load: () => Promise<T>): Promise<T> => {
    const underWay = flights.get(key);
    if (underWay) return underWay as Promise<T>;
    const flight = fly(key, options, load).finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}
