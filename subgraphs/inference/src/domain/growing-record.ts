/**
 * A record that grows by events, and is put together when somebody looks.
 *
 * A stream has hundreds of tokens, and hardly a reader asks for the whole generation beside each. A record for every token copied
 * all tokens before it, where they are computed and once more for a reader: 2.4 µs a token of 96, 8.9 of 2,048. Now it is 0.2 and 0.1.
 *
 *   from ──events──> e1 e2 e3 | e4 e5      asked at e3: the record at e3 is made, and what comes is added to that
 *
 * Invariant: the record of an event is the one as of that event, whenever it is asked for.
 */
import { applyEvents, type GenerationEvent, type GenerationRecord } from './generation.ts';

export class GrowingRecord {
  #from: GenerationRecord;
  #events: GenerationEvent[] = [];

  constructor(from: GenerationRecord) {
    this.#from = from;
  }

  /** As of the last event. */
  get current(): GenerationRecord {
    if (this.#events.length > 0) this.#goOnFrom(applyEvents(this.#from, this.#events));
    return this.#from;
  }

  /** Gives what makes the record as of this event. */
  add(event: GenerationEvent): () => GenerationRecord {
    const from = this.#from;
    const events = this.#events;
    const count = events.push(event);
    let made: GenerationRecord | undefined;
    return () => {
      if (made) return made;
      made = applyEvents(from, events.slice(0, count));
      if (this.#events === events && events.length === count) this.#goOnFrom(made);
      return made;
    };
  }

  #goOnFrom(record: GenerationRecord): void {
    this.#from = record;
    // Another array: those who hold the former one count on what is in it.
    this.#events = [];
  }
}
