/**
 * Calls that gather while one is under way, and go together with the next: a busy store gets fewer and larger writes, a
 * quiet one gets each at once.
 *
 *   idle --add--> lingering --one turn, or `lingerMs`--> running --nobody came meanwhile--> idle
 *                     ^------------- some did ------------'
 *
 * Invariant: of a batch that fails nothing has happened. One at fault must not hold up the others, so they are run again one
 * by one, unless the store itself was away: then it would refuse each of them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from './errors.ts';

export interface GatheringOptions<Item, Result> {
  /** All of them or none; a result each, in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** How long the first of a batch waits for others. Default: one turn of the event loop. */
  readonly lingerMs?: number;
  readonly maxItems?: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export class Gathering<Item, Result> {
  readonly #options: GatheringOptions<Item, Result>;
  readonly #hurry = new AbortController();
  #waiting: Waiting<Item, Result>[] = [];
  #running: Promise<void> | undefined;

  constructor(options: GatheringOptions<Item, Result>) {
    this.#options = options;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#runAll();
    });
  }

  /** Runs what waits without lingering, now and from now on. */
  async drain(): Promise<void> {
    this.#hurry.abort();
    await this.#running;
  }

  async #runAll(): Promise<void> {
    const { maxItems = 256 } = this.#options;
    while (this.#waiting.length > 0) {
      await this.#linger();
      await this.#runBatch(this.#waiting.splice(0, maxItems));
    }
    // In the same breath as the last look: whoever adds from now on begins anew.
    this.#running = undefined;
  }

  async #linger(): Promise<void> {
    const { lingerMs = 0 } = this.#options;
    const { signal } = this.#hurry;
    if (lingerMs === 0 || signal.aborted) await new Promise(setImmediate);
    else await pause(lingerMs, undefined, { signal }).catch(() => undefined);
  }

  async #runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.run(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      const isStoreAway = error instanceof AppError && error.retryable;
      if (batch.length > 1 && !isStoreAway) for (const one of batch) await this.#runBatch([one]);
      else for (const { reject } of batch) reject(error);
    }
  }
}
