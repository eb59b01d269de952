/**
 * The outbox relay: hands the events of committed transactions to the broker, in order.
 *
 *     transaction -> outbox row -> [relay: read batch -> broker.publish -> delete batch] -> broker
 *
 * Invariants:
 * - one relay at a time for a schema, by a session lock on the connection that reads and deletes: a relay that lost its
 *   connection lost the lock with it, and can delete nothing any more;
 * - a row is deleted only after the broker has it durably. Killed in between, the next relay publishes it again under
 *   the same id: at-least-once here, exactly-once by the consumer's inbox;
 * - a batch that fails is tried again before anything after it, so no event overtakes another.
 * The first event after a quiet moment goes at once; under load those of `gatherMs` go together, for a batch costs three
 * transactions here and some at each consumer, however many events are in it. Removing what the broker has does not wait for the
 * disk: rows that come back with a crash of the server are published again under their ids, as after a kill.
 * States: standby (another relay leads) -> leading -> standby when the connection is lost; closed at the end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Counter, Gauge, type Registry } from 'prom-client';
import { Backoff } from '../backoff.ts';
import type { Broker, OutgoingMessage } from '../broker/broker.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { Wake } from '../wake.ts';
import { createConnectionWatch } from './connection-watch.ts';
import type { Database } from './database.ts';
import { pruneInbox } from './inbox.ts';
import { outboxChannel } from './outbox-write.ts';
import { connectionConfig } from './pool.ts';

export interface OutboxRelayOptions {
  readonly database: Database;
  readonly broker: Pick<Broker, 'publish'>;
  readonly logger?: Logger | undefined;
  /** Where its metrics go: `fathom_outbox_*`. */
  readonly registry?: Registry;
  /** Rows a publish. Default 500. */
  readonly batchSize?: number;
  /** How often it looks without having been notified, and a standby asks to lead. Default 1 s. */
  readonly pollMs?: number;
  /** From the beginning of a batch to that of the next, unless it is full. Default 100 ms. */
  readonly gatherMs?: number;
  /** Of the watch over its connection. Default 1 s. */
  readonly watchTickMs?: number;
}

export interface OutboxRelay {
  health(): Promise<OutboxHealth>;
  /** Finishes the batch under way. What is pending stays in the table for the next relay. */
  close(): Promise<void>;
}

export interface OutboxHealth {
  /** Events committed and not yet with the broker. */
  readonly pending: number;
  /** Age of the oldest of them; 0 if none. */
  readonly oldestPendingMs: number;
  /** Events the broker refuses for good, kept with the reason for a person to look at. */
  readonly refused: number;
  /** Why the last attempt failed; undefined when it did not. */
  readonly lastFailure: string | undefined;
}

interface OutboxRow {
  readonly position: string;
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly payload: unknown;
  readonly headers: Record<string, string>;
}

const pruneEveryMs = 3_600_000;

export function startOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const { database, broker, logger, registry, batchSize = 500, pollMs = 1_000, gatherMs = 100 } = options;
  const wake = new Wake();
  const stopped = new AbortController();
  const backoff = new Backoff({ firstMs: 50, maxMs: 5_000 });
  const table = `${database.schema}.outbox`;
  const counters = registry && createCounters(registry);
  let lastFailure: string | undefined;
  let nextPruneMs = 0;

  /** Leads until the connection breaks, the broker fails, or the relay is closed. */
  const lead = async (client: pg.Client) => {
    while (!stopped.signal.aborted) {
      const begunAt = performance.now();
      const relayed = await relayBatch(client);
      if (lastFailure !== undefined) logger?.info('The outbox is being relayed again');
      lastFailure = undefined;
      backoff.reset();
      if (Date.now() >= nextPruneMs) {
        nextPruneMs = Date.now() + pruneEveryMs;
        await pruneInbox(database);
      }
      if (relayed >= batchSize) continue;
      await wake.wait(pollMs);
      const restMs = relayed === 0 ? 0 : begunAt + gatherMs - performance.now();
      if (restMs > 0) await delay(restMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };

  const relayBatch = async (client: pg.Client): Promise<number> => {
    const { rows } = await client.query<OutboxRow>(
      `select position, id, topic, key, payload, headers from ${table} where refused_at is null order by position limit $1`,
      [batchSize],
    );
    if (rows.length === 0) return 0;
    try {
      await broker.publish(rows.map(toMessage));
      await remove(client, rows);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // One message is at fault and must not hold up the others: find it.
      for (const row of rows) await relayAlone(client, row);
    }
    counters?.relayed.inc(rows.length);
    return rows.length;
  };

  const relayAlone = async (client: pg.Client, row: OutboxRow) => {
    try {
      await broker.publish([toMessage(row)]);
      await remove(client, [row]);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      logger?.error(
        { err: error, id: row.id, topic: row.topic },
        'The broker refuses an event for good; it stays in the outbox',
      );
      await client.query(`update ${table} set refused_at = now(), refusal = $2 where position = $1`, [
        row.position,
        String((error as Error).message),
      ]);
    }
  };

  const remove = (client: pg.Client, rows: readonly OutboxRow[]) =>
    client.query(`delete from ${table} where position = any($1::bigint[])`, [
      rows.map(({ position }) => position),
    ]);

  const config = connectionConfig({
    url: database.url,
    schema: database.schema,
    applicationName: `${database.schema} outbox relay`,
  });
  const watch = createConnectionWatch({ config, logger, tickMs: options.watchTickMs });

  const attempt = async () => {
    const client = new pg.Client(config);
    // node-postgres tells a reset connection twice, and an error without a listener ends the process.
    const lost = new Promise<never>((_, fail) => client.on('error', fail));
    lost.catch(() => undefined);
    try {
      await client.connect();
      watch.add(client);
      await client.query('set synchronous_commit = off');
      while (!stopped.signal.aborted && !(await acquireLead(client, database.schema)))
        await wake.wait(pollMs);
      await Promise.race([lead(client), lost]);
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  const run = async () => {
    while (!stopped.signal.aborted) {
      try {
        await attempt();
      } catch (error) {
        counters?.failures.inc();
        // Once an outage, not once a second: the metrics tell how long it lasts.
        if (lastFailure === undefined)
          logger?.warn({ err: error }, 'The outbox cannot be relayed now; events wait in the table');
        lastFailure = error instanceof Error ? error.message : String(error);
        await delay(backoff.next(), undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    }
  };

  const health = async (): Promise<OutboxHealth> => {
    const row = await database.one<{ pending: number; oldest: number; refused: number }>(
      `select count(*) filter (where refused_at is null)::int as pending,
              coalesce(extract(epoch from clock_timestamp() - min(created_at) filter (where refused_at is null)) * 1000, 0)::float8 as oldest,
              count(refused_at)::int as refused
       from ${table}`,
    );
    return {
      pending: row.pending,
      oldestPendingMs: Math.max(0, row.oldest),
      refused: row.refused,
      lastFailure,
    };
  };

  if (registry) createGauges(registry, health);
  const listening = database.listen(outboxChannel(database.schema), () => wake.ring(), {
    onReconnect: () => wake.ring(),
  });
  // Without notifications the relay still polls.
  listening.catch((error: unknown) =>
    logger?.warn({ err: error }, 'The outbox relay gets no notifications and polls instead'),
  );
  const running = run();
  return {
    health,
    close: async () => {
      stopped.abort();
      wake.ring();
      await running;
      await (await listening.catch(() => undefined))?.close();
    },
  };
}

function toMessage({ id, topic, key, payload, headers }: OutboxRow): OutgoingMessage {
  return { id, topic, key, payload, headers };
}

/** The broker is well and says that this message will never do. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && !error.retryable && error.status < 500;
}

async function acquireLead(client: pg.Client, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ leads: boolean }>(
    `select pg_try_advisory_lock(hashtext('fathom outbox relay'), hashtext($1)) as leads`,
    [schema],
  );
  return rows[0]?.leads === true;
}

function createCounters(registry: Registry) {
  const registers = [registry];
  return {
    relayed: new Counter({
      name: 'fathom_outbox_relayed_total',
      help: 'Events handed to the broker.',
      registers,
    }),
    failures: new Counter({
      name: 'fathom_outbox_failures_total',
      help: 'Attempts to relay that failed and are tried again.',
      registers,
    }),
  };
}

/** Read when scraped; while the database is down the last figures stand and `/readyz` says why. */
function createGauges(registry: Registry, health: () => Promise<OutboxHealth>): void {
  const registers = [registry];
  const oldest = new Gauge({
    name: 'fathom_outbox_oldest_pending_seconds',
    help: 'Age of the oldest event not yet with the broker.',
    registers,
  });
  const refused = new Gauge({
    name: 'fathom_outbox_refused',
    help: 'Events that the broker refuses for good.',
    registers,
  });
  new Gauge({
    name: 'fathom_outbox_pending',
    help: 'Events committed and not yet with the broker.',
    registers,
    async collect() {
      const now = await health().catch(() => undefined);
      if (!now) return;
      this.set(now.pending);
      oldest.set(now.oldestPendingMs / 1000);
      refused.set(now.refused);
    },
  });
}
