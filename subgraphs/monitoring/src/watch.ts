/**
 * The watch: looks at every service at an interval, stores what it saw, and lets the alert rules decide. Several
 * processes of this service may run; the one that holds the lock watches, another takes over when it is gone.
 */
import type { Cache, Lock } from '@fathom/platform/cache/cache';
import type { Database } from '@fathom/platform/database/database';
import type { Logger } from '@fathom/platform/logging';
import { type AlertStates, evaluate } from './domain/alerting.ts';
import { conditionsOf } from './domain/rules.ts';
import { scrape } from './runtime/scrape.ts';
import { applyTransitions, firingStates } from './stores/alert-store.ts';
import { insertSnapshot, snapshotsSince, thinSnapshots } from './stores/snapshot-store.ts';
import { recordStatus } from './stores/status-store.ts';

export interface WatchOptions {
  readonly database: Database;
  readonly cache: Cache;
  readonly logger: Logger;
  /** From a service's name to its base URL. */
  readonly services: Readonly<Record<string, string>>;
  readonly intervalMs: number;
}

const rulesLookBackMs = 15 * 60_000;
const thinEveryMs = 60_000;

export class Watch {
  readonly #options: WatchOptions;
  #states: AlertStates | undefined;
  #lock: Lock | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #lastThinned = 0;
  #isClosed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#round().finally(() => {
      if (!this.#isClosed) this.#timer = setTimeout(() => this.start(), this.#options.intervalMs);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#lock?.release();
  }

  /** One round; a failing database is logged and tried again at the next. */
  async #round(): Promise<void> {
    try {
      if (await this.#holdsLock()) await this.look(new Date());
    } catch (error) {
      this.#states = undefined; // Read again from the database, which may have taken half of what was decided.
      this.#options.logger.warn({ err: error }, 'a round of the watch failed');
    }
  }

  /** Looks at every service once. Public for tests, which decide what time it is. */
  async look(now: Date): Promise<void> {
    const { database, services, intervalMs } = this.#options;
    this.#states ??= await firingStates(database);
    const names = Object.keys(services);
    const seen = await Promise.all(
      names.map(async (service) => ({
        service,
        ...(await scrape(services[service] as string, Math.min(intervalMs, 2_000))),
      })),
    );
    await Promise.all(
      seen.map(async ({ service, condition, content }) => {
        await insertSnapshot(database, { service, at: now, content });
        await recordStatus(database, { service, condition, now });
      }),
    );
    const snapshots = await snapshotsSince(database, names, new Date(now.getTime() - rulesLookBackMs));
    const conditions = seen.flatMap(({ service, condition }) =>
      conditionsOf({ service, condition, snapshots: snapshots.get(service) ?? [] }, now),
    );
    const { states, transitions } = evaluate(this.#states, conditions, now);
    await applyTransitions(database, transitions, now);
    this.#states = states;
    for (const transition of transitions)
      this.#options.logger.info({ transition }, `alert ${transition.kind}`);
    if (now.getTime() - this.#lastThinned >= thinEveryMs) {
      this.#lastThinned = now.getTime();
      await thinSnapshots(database, now);
    }
  }

  async #holdsLock(): Promise<boolean> {
    const ttlMs = this.#options.intervalMs * 3 + 2_000;
    if (this.#lock && (await this.#lock.extend(ttlMs))) return true;
    this.#lock = await this.#options.cache.acquireLock('monitoring.watch', ttlMs);
    if (this.#lock) this.#states = undefined;
    return this.#lock !== undefined;
  }
}
