/**
 * LISTEN for any number of channels on one connection, which is opened with the first listener and renewed when lost.
 *
 * It says nothing for hours where nothing happens, so it is asked now and then, and one that does not answer is given up by the watch.
 * PostgreSQL keeps no notification for a connection that is away. So a notification is only ever a hint to look, and
 * after a renewal every listener's `onReconnect` says that hints may have been missed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { ConnectionWatch } from './connection-watch.ts';
import { toDatabaseError } from './errors.ts';
import { type ConnectionOptions, connectionConfig } from './pool.ts';

export interface ListenOptions {
  /** Called when the connection was lost and is back: notifications sent meanwhile never arrive, so look for yourself. */
  readonly onReconnect?: () => void;
}

interface Subscriber extends ListenOptions {
  readonly handler: (payload: string) => void;
}

export interface Listener {
  listen(
    channel: string,
    handler: (payload: string) => void,
    options?: ListenOptions,
  ): Promise<{ close(): Promise<void> }>;
  close(): Promise<void>;
}

export interface ListenerOptions extends ConnectionOptions {
  readonly watch: ConnectionWatch;
  /** Of the watch. Default 1 s. */
  readonly watchTickMs?: number;
}

const maxPauseMs = 1_000;
const ticksOfHeartbeat = 10;

export function createListener(options: ListenerOptions): Listener {
  const subscribers = new Map<string, Set<Subscriber>>();
  const closing = new AbortController();
  let connection: Promise<pg.Client> | undefined;

  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client(
      connectionConfig({ ...options, applicationName: `${options.applicationName} listener` }),
    );
    client.on('notification', ({ channel, payload = '' }) => {
      for (const { handler } of [...(subscribers.get(channel) ?? [])]) safely(() => handler(payload));
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      options.watch.add(client);
      for (const channel of subscribers.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    const heartbeat = setInterval(
      () => inTurn(() => client.query('select 1')).catch(() => undefined),
      (options.watchTickMs ?? 1_000) * ticksOfHeartbeat,
    ).unref();
    client.once('end', () => {
      clearInterval(heartbeat);
      if (!closing.signal.aborted) connection = renew();
    });
    return client;
  };

  const renew = async (): Promise<pg.Client> => {
    for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
      try {
        const client = await connect();
        for (const { onReconnect } of [...subscribers.values()].flatMap((set) => [...set])) {
          if (onReconnect) safely(onReconnect);
        }
        return client;
      } catch (error) {
        options.logger?.debug({ err: error }, 'The listening connection to PostgreSQL is not back yet');
        await delay(pauseMs, undefined, { signal: closing.signal });
      }
    }
  };

  const safely = (call: () => void) => {
    try {
      call();
    } catch (error) {
      options.logger?.error({ err: error }, 'A listener threw');
    }
  };

  const current = (): Promise<pg.Client> => {
    if (connection) return connection;
    const opened = connect();
    connection = opened;
    opened.catch(() => {
      if (connection === opened) connection = undefined;
    });
    return opened;
  };

  // A client of node-postgres takes one query at a time.
  let lastCommand: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(command: () => Promise<T>): Promise<T> => {
    const result = lastCommand.then(command);
    lastCommand = result.catch(() => undefined);
    return result;
  };

  return {
    listen: async (channel, handler, listenOptions = {}) => {
      const subscriber: Subscriber = { handler, ...listenOptions };
      const others = subscribers.get(channel);
      if (others) others.add(subscriber);
      else subscribers.set(channel, new Set([subscriber]));
      const remove = async () => {
        const set = subscribers.get(channel);
        if (!set?.delete(subscriber) || set.size > 0) return;
        subscribers.delete(channel);
        // If the connection is away there is nothing to take back; if it comes back it does not ask for this channel.
        const client = await connection?.catch(() => undefined);
        if (client && !subscribers.has(channel)) {
          const unlisten = `unlisten ${pg.escapeIdentifier(channel)}`;
          await inTurn(() => client.query(unlisten)).catch(() => undefined);
        }
      };
      try {
        const client = await current();
        await inTurn(() => client.query(`listen ${pg.escapeIdentifier(channel)}`));
      } catch (error) {
        await remove();
        throw toDatabaseError(error);
      }
      return { close: remove };
    },
    close: async () => {
      closing.abort();
      subscribers.clear();
      const client = await connection?.catch(() => undefined);
      await client?.end();
    },
  };
}
