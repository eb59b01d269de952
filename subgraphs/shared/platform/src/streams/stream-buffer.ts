/**
 * Resumable streams: an append-only list of events a stream, read live or after a cursor, by any process.
 *
 * Invariant: an event is readable by everyone before it is shown to anyone, sequences are gapless from 1, and what a
 * reader saw once stays the same for as long as the stream is kept. So a client that lost its connection resumes after
 * its last cursor and gets every event exactly once, even when the producer was killed and another took over.
 * Implementations: in-process, Postgres, Redis streams. One contract suite holds all three.
 */
export interface StreamEvent {
  /** From 1, gapless. */
  readonly sequence: number;
  /** JSON-serialisable. */
  readonly payload: unknown;
}

export interface AppendResult {
  /** The sequence of the last event appended. */
  readonly lastSequence: number;
}

export interface StreamBuffer {
  readonly implementation: string;
  /** A hint that this process will soon append the first events of a stream: who follows it here waits for them, and asks no store. */
  begin(stream: string): void;
  /**
   * Appends events whose first takes `expectedSequence`; refuses (AppError CONFLICT) when another producer was there
   * first. `end` closes the stream: readers finish after its last event.
   */
  append(
    stream: string,
    expectedSequence: number,
    payloads: readonly unknown[],
    options?: { readonly end?: boolean },
  ): Promise<AppendResult>;
  /** Appends to many streams in one round trip; each as `append`. */
  appendMany(entries: readonly StreamAppend[]): Promise<void>;
  /** What is stored after a sequence (0 = from the start). */
  read(
    stream: string,
    afterSequence: number,
    limit: number,
  ): Promise<{ readonly events: readonly StreamEvent[]; readonly ended: boolean }>;
  /**
   * Stored events after a sequence, then live ones, until the stream ends or `signal` aborts. The returned iterator
   * settles a pending `next()` at once when aborted or returned, however quiet the stream.
   */
  follow(stream: string, afterSequence: number, signal: AbortSignal): StreamEvents;
  /** Forgets streams whose last append is older. Returns how many. */
  expire(olderThanMs: number): Promise<number>;
  close(): Promise<void>;
}

export interface StreamEvents extends AsyncIterableIterator<StreamEvent> {
  /** The next event if it is in memory already; not while a `next()` is pending. */
  ready?(): StreamEvent | undefined;
}

export interface StreamAppend {
  readonly stream: string;
  readonly expectedSequence: number;
  readonly payloads: readonly unknown[];
  readonly end?: boolean;
}
