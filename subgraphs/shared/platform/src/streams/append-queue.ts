import { setTimeout as pause } from 'node:timers/promises';
import { Backoff } from '../backoff.ts';
import { AppError, raisePlatform } from '../errors.ts';
import type { AppendOutcome, StoredAppend, StreamStore } from './stream-store.ts';
import type { StreamTails } from './stream-tails.ts';

/**
 * Appends wait here while one round trip to the store is under way; the next takes all that have gathered. So appends
 * of one process keep their order without anybody holding a lock, and a busy store gets fewer and larger writes.
 *
 * A store that cannot be reached is tried again for `retryForMs`. An append whose answer got lost is recognised by its
 * id when it is repeated. A store that crashed and came back without its last moments gets them from the tail first,
 * provided that no other process has appended since.
 */
export interface AppendQueueOptions {
  readonly store: StreamStore;
  readonly tails: StreamTails;
  /** Begins every append id of this process. */
  readonly producerId: string;
  readonly retryForMs: number;
  readonly onAppended: (append: StoredAppend) => void;
  /** Another producer was there first. */
  readonly onRefused: (append: StoredAppend) => void;
}

interface Waiting {
  readonly append: StoredAppend;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class AppendQueue {
  readonly #options: AppendQueueOptions;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;

  constructor(options: AppendQueueOptions) {
    this.#options = options;
  }

  /** Resolves when the append is stored; rejects with CONFLICT or DEPENDENCY_UNAVAILABLE. */
  add(append: StoredAppend): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  async drain(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    // One turn of the event loop, so that a whole decode step's appends make one round trip.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      try {
        await this.#write(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    // In the same breath as the last look at the queue: whoever adds from now on starts the next flush.
    this.#flushing = undefined;
  }

  /** At most one append a stream: a second one rests on the outcome of the first. */
  #takeBatch(): readonly Waiting[] {
    const taken = new Map<string, Waiting>();
    this.#waiting = this.#waiting.filter((waiting) => {
      if (taken.size >= maxBatchAppends || taken.has(waiting.append.stream)) return true;
      taken.set(waiting.append.stream, waiting);
      return false;
    });
    // In one order in every process, so that two batches never wait for each other's locks in a circle.
    return [...taken.values()].sort((a, b) => (a.append.stream < b.append.stream ? -1 : 1));
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const outcomes = await this.#store(batch.map(({ append }) => append));
    for (const [index, { append, resolve, reject }] of batch.entries()) {
      try {
        await this.#settle(append, outcomes[index]!);
        this.#options.onAppended(append);
        resolve();
      } catch (error) {
        reject(error);
      }
    }
  }

  async #settle(append: StoredAppend, outcome: AppendOutcome): Promise<void> {
    if (outcome.kind === 'appended' || outcome.lastAppendId === append.appendId) return;
    const lost = this.#lostEvents(append, outcome);
    if (!lost) throw this.#refuse(append, outcome);
    const [healed] = await this.#store([
      { ...append, expectedSequence: outcome.lastSequence + 1, payloads: [...lost, ...append.payloads] },
    ]);
    if (healed?.kind === 'refused' && healed.lastAppendId !== append.appendId)
      throw this.#refuse(append, healed);
  }

  #refuse(append: StoredAppend, outcome: Refusal): AppError {
    this.#options.onRefused(append);
    return conflict(append, outcome);
  }

  /** What this process had appended and the store no longer has, if nobody else has appended since. */
  #lostEvents(append: StoredAppend, outcome: Refusal): readonly string[] | undefined {
    const { tails, producerId } = this.#options;
    const isOurs = outcome.lastSequence === 0 || outcome.lastAppendId.startsWith(producerId);
    if (!isOurs || outcome.ended || outcome.lastSequence >= append.expectedSequence - 1) return undefined;
    const tail = tails.get(append.stream);
    if (!tail || tail.lastSequence !== append.expectedSequence - 1) return undefined;
    return tails.after(append.stream, outcome.lastSequence)?.map(({ payload }) => JSON.stringify(payload));
  }

  async #store(appends: readonly StoredAppend[]): Promise<readonly AppendOutcome[]> {
    const backoff = new Backoff({ firstMs: 20, maxMs: 500 });
    const giveUpAt = performance.now() + this.#options.retryForMs;
    for (;;) {
      try {
        return await this.#options.store.append(appends);
      } catch (error) {
        const mayRetry = error instanceof AppError && error.retryable && performance.now() < giveUpAt;
        if (!mayRetry) throw error;
        await pause(backoff.next());
      }
    }
  }
}

type Refusal = Extract<AppendOutcome, { kind: 'refused' }>;

const maxBatchAppends = 256;

function conflict(append: StoredAppend, outcome: Refusal): AppError {
  const { stream, expectedSequence } = append;
  const { lastSequence, ended } = outcome;
  return raisePlatform('CONFLICT', {
    because: ended
      ? `stream ${stream} has ended at sequence ${lastSequence}`
      : `stream ${stream} is at sequence ${lastSequence}, so that ${expectedSequence} cannot be its next`,
    details: { stream, expectedSequence, lastSequence, ended },
  });
}
