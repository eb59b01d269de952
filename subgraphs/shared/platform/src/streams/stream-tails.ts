import type { StreamEvent } from './stream-buffer.ts';

/**
 * The latest events of the streams that this process appends to, kept in memory for their followers here: a live local
 * follower then costs the store nothing. Also what heals a store that forgot its last moments in a crash.
 *
 * Bounded by streams and by events a stream; whoever reads slower than the bound reads from the store instead.
 */
export interface Tail {
  /** Sequence of `events[0]`. */
  readonly firstSequence: number;
  readonly events: readonly StreamEvent[];
  readonly lastSequence: number;
  readonly ended: boolean;
}

export interface StreamTailsOptions {
  readonly maxStreams: number;
  readonly maxEventsPerStream: number;
}

interface MutableTail {
  events: StreamEvent[];
  lastSequence: number;
  ended: boolean;
}

export class StreamTails {
  readonly #options: StreamTailsOptions;
  /** Least recently appended first. */
  readonly #tails = new Map<string, MutableTail>();

  constructor(options: StreamTailsOptions) {
    this.#options = options;
  }

  /** This process begins a stream: nothing can be before its first append, so that its followers here need not ask the store. */
  begin(stream: string): void {
    if (!this.#tails.has(stream)) this.#keep(stream, { events: [], lastSequence: 0, ended: false });
  }

  get(stream: string): Tail | undefined {
    const tail = this.#tails.get(stream);
    return tail && { ...tail, firstSequence: tail.lastSequence - tail.events.length + 1 };
  }

  /** Events after a sequence, if the tail reaches back that far; `undefined` if only the store can say. */
  after(stream: string, sequence: number): readonly StreamEvent[] | undefined {
    const tail = this.#tails.get(stream);
    if (!tail) return undefined;
    const skip = sequence - (tail.lastSequence - tail.events.length);
    return skip < 0 || sequence > tail.lastSequence ? undefined : tail.events.slice(skip);
  }

  /** True if its producer ended it; what `after` gives is then all there will be. */
  hasEnded(stream: string): boolean {
    return this.#tails.get(stream)?.ended ?? false;
  }

  /** What the store has accepted, as JSON text: followers here get the very values that others read from the store. */
  append(stream: string, firstSequence: number, payloads: readonly string[], ended: boolean): void {
    const known = this.#tails.get(stream);
    const tail =
      known?.lastSequence === firstSequence - 1 ? known : { events: [], lastSequence: 0, ended: false };
    payloads.forEach((payload, index) => {
      tail.events.push({ sequence: firstSequence + index, payload: JSON.parse(payload) });
    });
    tail.lastSequence = firstSequence - 1 + payloads.length;
    tail.ended = ended;
    // Trimmed by halves, so that a long stream does not move its whole array at every event.
    const { maxEventsPerStream } = this.#options;
    if (tail.events.length > 2 * maxEventsPerStream) tail.events = tail.events.slice(-maxEventsPerStream);
    this.#keep(stream, tail);
  }

  /** Another process appends to it now: what is here would grow stale. */
  forget(stream: string): void {
    this.#tails.delete(stream);
  }

  #keep(stream: string, tail: MutableTail): void {
    this.#tails.delete(stream);
    this.#tails.set(stream, tail);
    if (this.#tails.size > this.#options.maxStreams) this.#tails.delete(this.#tails.keys().next().value!);
  }
}
