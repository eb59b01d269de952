/**
 * The newest events of one upstream, in order, so that its subscribers may be at different places of it.
 *
 *        first                      end
 *    ····[ 812 | 813 | … | 1,140 ]          what is older was taken out; whoever still needed it has fallen behind
 *
 * Invariant: at most `maxEvents` and `maxBytes` are kept (the newest event always is), and indices never mean another event.
 */
export interface LoggedEvent {
  /** The text of the frame's payload. */
  readonly payload: string;
  readonly cursor: string | undefined;
}

export interface FeedLogLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

export class FeedLog {
  readonly #limits: FeedLogLimits;
  readonly #events: LoggedEvent[] = [];
  /** The index behind the event of a cursor. */
  readonly #behind = new Map<string, number>();
  #bytes = 0;
  #first = 0;
  #lastDropped: LoggedEvent | undefined;

  constructor(limits: FeedLogLimits) {
    this.#limits = limits;
  }

  get first(): number {
    return this.#first;
  }

  /** The index that the next event will have. */
  get end(): number {
    return this.#first + this.#events.length;
  }

  get newest(): LoggedEvent | undefined {
    return this.#events.at(-1);
  }

  append(event: LoggedEvent): void {
    this.#events.push(event);
    this.#bytes += event.payload.length;
    if (event.cursor !== undefined) this.#behind.set(event.cursor, this.end);
    while (this.#isBeyondLimits()) this.#dropFirst();
  }

  at(index: number): LoggedEvent | undefined {
    return this.#events[index - this.#first];
  }

  indexBehind(cursor: string): number | undefined {
    return this.#behind.get(cursor);
  }

  #isBeyondLimits(): boolean {
    const { maxEvents, maxBytes } = this.#limits;
    return this.#events.length > 1 && (this.#events.length > maxEvents || this.#bytes > maxBytes);
  }

  #dropFirst(): void {
    const dropped = this.#events.shift();
    this.#first += 1;
    this.#bytes -= dropped?.payload.length ?? 0;
    // Who has seen this very event lacks nothing that is gone; who has seen only the one before lacks this one.
    const passed = this.#lastDropped?.cursor;
    if (passed !== undefined && (this.#behind.get(passed) ?? this.end) < this.#first)
      this.#behind.delete(passed);
    this.#lastDropped = dropped;
  }
}
