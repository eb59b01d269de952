import type { StreamEvent } from './stream-buffer.ts';

/**
 * Where the events of streams lie: what differs between memory, PostgreSQL and Redis. `buffered-streams.ts` makes a
 * {@link StreamBuffer} of any of them, with followers, retries and the tails of this process's own streams.
 */
export interface StoredAppend {
  readonly stream: string;
  /** Sequence of the first event. */
  readonly expectedSequence: number;
  /** The events as JSON text. */
  readonly payloads: readonly string[];
  readonly end: boolean;
  /** Unique an append and the same on its repetition; begins with the id of the process that appends. */
  readonly appendId: string;
}

export type AppendOutcome =
  | { readonly kind: 'appended' }
  /** Nothing was written: the stream stands elsewhere, or has ended. */
  | {
      readonly kind: 'refused';
      readonly lastSequence: number;
      readonly ended: boolean;
      /** Of the last append that the stream took; empty where there was none. */
      readonly lastAppendId: string;
    };

export interface StreamHead {
  readonly lastSequence: number;
  readonly ended: boolean;
}

export interface StreamPage {
  readonly events: readonly StreamEvent[];
  /** `undefined` where the stream does not exist: not begun, or expired. */
  readonly head: StreamHead | undefined;
}

export interface StreamStore {
  readonly implementation: string;
  /** Each entry all or nothing, in one round trip; no stream twice. The outcomes in the order of the entries. */
  append(entries: readonly StoredAppend[]): Promise<readonly AppendOutcome[]>;
  /** At most `limit` events after a sequence, consistent with the head that comes with them. */
  read(stream: string, afterSequence: number, limit: number): Promise<StreamPage>;
  /** The heads of those streams that exist. One round trip. */
  heads(streams: readonly string[]): Promise<ReadonlyMap<string, StreamHead>>;
  /** Forgets streams whose last append is older; returns their number. */
  expire(olderThanMs: number): Promise<number>;
  /**
   * Calls back, soon but without guarantee, with each stream that another process appends to from now on, for at least 20 s. Called
   * again and again while streams of others are followed, always with the same listener: only the first call counts for that.
   */
  watch(listener: (stream: string) => void): Promise<void>;
  close(): Promise<void>;
}
