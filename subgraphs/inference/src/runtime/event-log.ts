/**
 * Writes the events of one generation to its stream, in order.
 *
 * Invariant: events that were given together are appended together, so a half-told ending cannot be read. Events that
 * come while an append is under way go with the next one; the stream buffer joins the appends of all generations. The first waits
 * for the turn in which it was given: what begins and has its device at once is told in one append.
 * A store that is down is waited for: what it holds back is bounded by the longest completion.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@fathom/platform/errors';
import type { Logger } from '@fathom/platform/logging';
import type { StreamBuffer } from '@fathom/platform/streams/stream-buffer';
import type { GenerationEvent } from '../domain/generation.ts';

/** Another process appends to this stream: it took the generation over, and this one must stop. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

export interface EventLogOptions {
  readonly streams: StreamBuffer;
  readonly stream: string;
  /** Events that the stream holds already. */
  readonly written: number;
  readonly logger: Logger;
  /** Aborts waiting for a store that is down. */
  readonly signal: AbortSignal;
}

const retryMs = 500;

export class EventLog {
  readonly #options: EventLogOptions;
  #next: number;
  #waiting: { events: GenerationEvent[]; end: boolean } | undefined;
  #tail: Promise<void>;

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#next = options.written + 1;
    if (options.written === 0) options.streams.begin(options.stream);
    this.#tail = options.written === 0 ? new Promise(setImmediate) : Promise.resolve();
  }

  /** Resolves when the events are stored and can be read. Rejects with FencedError, or with the signal's reason. */
  append(
    events: readonly GenerationEvent[],
    { end = false }: { readonly end?: boolean } = {},
  ): Promise<void> {
    if (this.#waiting) {
      this.#waiting.events.push(...events);
      this.#waiting.end ||= end;
      return this.#tail;
    }
    const batch = { events: [...events], end };
    this.#waiting = batch;
    this.#tail = this.#tail.then(() => {
      this.#waiting = undefined;
      return this.#write(batch.events, batch.end);
    });
    // Whoever awaits it sees the failure; who streams tokens does not wait for each, and the next one tells.
    this.#tail.catch(() => undefined);
    return this.#tail;
  }

  async #write(events: readonly GenerationEvent[], end: boolean): Promise<void> {
    const { streams, stream, logger, signal } = this.#options;
    let isOutcomeUnknown = false;
    for (;;) {
      signal.throwIfAborted();
      try {
        await streams.append(stream, this.#next, events, { end });
        this.#next += events.length;
        return;
      } catch (error) {
        if (error instanceof AppError && error.code === 'CONFLICT') {
          if (isOutcomeUnknown && (await this.#isWritten(events))) {
            this.#next += events.length;
            return;
          }
          throw new FencedError(`Another instance writes to generation ${stream}.`, { cause: error });
        }
        if (!(error instanceof AppError && error.retryable)) throw error;
        isOutcomeUnknown = true;
        logger.warn({ err: error, generation: stream }, 'events wait for the stream store');
        await pause(retryMs, undefined, { signal });
      }
    }
  }

  /** Whether an append whose outcome was lost had gone through after all. */
  async #isWritten(events: readonly GenerationEvent[]): Promise<boolean> {
    const { streams, stream } = this.#options;
    const stored = await streams.read(stream, this.#next - 1, events.length);
    const payloads = stored.events.map(({ payload }) => payload);
    return isDeepStrictEqual(payloads, JSON.parse(JSON.stringify(events)));
  }
}
