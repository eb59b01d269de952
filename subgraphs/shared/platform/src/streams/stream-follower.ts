import type { StreamEvent } from './stream-buffer.ts';
import type { StreamPage } from './stream-store.ts';
import type { Tail } from './stream-tails.ts';

/**
 * One reader of one stream. Holds a cursor and at most one page of events, never a queue: whoever reads slowly reads
 * from the tail or the store when he comes, at no cost in between.
 *
 * Not an `async function*`, for its `return()` would wait for the pending event, and a quiet stream would hold its
 * reader for ever. Here `return()` and the signal settle everything that is pending at once.
 */
export interface StreamFollowerOptions {
  readonly afterSequence: number;
  readonly signal: AbortSignal;
  /** What memory has after a sequence; `undefined` if only the store can say. */
  readonly tailAfter: (sequence: number) => Pick<Tail, 'events' | 'ended'> | undefined;
  /** Reads from the store, patiently while that is down. */
  readonly read: (afterSequence: number, isWanted: () => boolean) => Promise<StreamPage>;
  /** The error of a stream that existed and is gone. */
  readonly goneError: () => Error;
  readonly onClose: (follower: StreamFollower) => void;
}

interface Waiter {
  readonly resolve: (result: IteratorResult<StreamEvent, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const finished: IteratorResult<StreamEvent, undefined> = { done: true, value: undefined };

export class StreamFollower implements AsyncIterableIterator<StreamEvent> {
  readonly #options: StreamFollowerOptions;
  readonly #waiters: Waiter[] = [];
  #cursor: number;
  #page: readonly StreamEvent[] = [];
  #pageIndex = 0;
  #storeMayHaveMore = false;
  #missing = false;
  #closed = false;
  #pumping = false;
  #awaken: (() => void) | undefined;
  #rung = false;
  readonly #abort = () => this.#close();

  constructor(options: StreamFollowerOptions) {
    this.#options = options;
    this.#cursor = options.afterSequence;
    if (options.signal.aborted) this.#close();
    else options.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Sequence of the last event handed out. */
  get cursor(): number {
    return this.#cursor;
  }

  /** True while somebody waits for an event that is not there yet. */
  get waiting(): boolean {
    return this.#awaken !== undefined;
  }

  /** The stream may have grown: `store` if only the store knows how. */
  wake(where: 'tail' | 'store'): void {
    if (where === 'store') this.#storeMayHaveMore = true;
    this.#rung = true;
    this.#awaken?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<StreamEvent, undefined>> {
    if (this.#closed) return Promise.resolve(finished);
    const ready = this.#waiters.length === 0 ? this.#take() : undefined;
    if (ready) return Promise.resolve({ done: false, value: ready });
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      void this.#pump();
    });
  }

  /** The next event where it lies in memory already. */
  ready(): StreamEvent | undefined {
    return this.#closed || this.#waiters.length > 0 ? undefined : this.#take();
  }

  return(): Promise<IteratorResult<StreamEvent, undefined>> {
    this.#close();
    return Promise.resolve(finished);
  }

  #take(): StreamEvent | undefined {
    if (this.#pageIndex >= this.#page.length) {
      this.#page = this.#options.tailAfter(this.#cursor)?.events ?? [];
      this.#pageIndex = 0;
    }
    const event = this.#page[this.#pageIndex];
    if (!event) return undefined;
    this.#pageIndex++;
    this.#cursor = event.sequence;
    return event;
  }

  /** Serves the waiters in their order; one runs at a time. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#waiters.length > 0 && !this.#closed) {
        const event = this.#take();
        if (event) this.#waiters.shift()!.resolve({ done: false, value: event });
        else await this.#findMore();
      }
    } catch (error) {
      this.#waiters.shift()?.reject(error);
      this.#close();
    } finally {
      this.#pumping = false;
    }
  }

  /** Ends with a page, closed, or after somebody said that there may be more. */
  async #findMore(): Promise<void> {
    this.#rung = false;
    const tail = this.#options.tailAfter(this.#cursor);
    if (tail?.ended) return this.#close();
    if (!tail || this.#storeMayHaveMore) {
      this.#storeMayHaveMore = false;
      const { events, head } = await this.#options.read(this.#cursor, () => !this.#closed);
      if (this.#closed) return;
      if (events.length > 0) {
        this.#page = events;
        this.#pageIndex = 0;
        return;
      }
      if (head?.ended) return this.#close();
      // Missing once may be a store that crashed and gets its last moments back from the producer; twice is gone.
      if (!head && this.#cursor > 0 && this.#missing) throw this.#options.goneError();
      this.#missing = !head;
    }
    if (this.#rung) return;
    await new Promise<void>((resolve) => {
      this.#awaken = resolve;
    });
    this.#awaken = undefined;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#page = [];
    this.#options.signal.removeEventListener('abort', this.#abort);
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(finished);
    this.#awaken?.();
    this.#options.onClose(this);
  }
}
