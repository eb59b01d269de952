/**
 * Many deadlines, one timer: nearly all of them are met, so nearly none costs more than being written down. The timer is
 * set to the earliest; when it fires, it finds those that are over and is set to the next.
 */
import { Linked, LinkedSet } from '@fathom/platform/linked-set';

export abstract class Due extends Linked {
  /** By the monotonic clock, ms. */
  abstract readonly endsAt: number;
  /** The deadline is over. */
  abstract expire(): void;
}

export class Deadlines {
  readonly #open = new LinkedSet<Due>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  add(due: Due): void {
    this.#open.add(due);
    if (due.endsAt < this.#firesAt) this.#arm(due.endsAt);
  }

  /** It was met. */
  delete(due: Due): void {
    this.#open.delete(due);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const due of this.#open.items()) this.#open.delete(due);
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = at;
    // A timer counts whole milliseconds and must not come before its time.
    this.#timer = setTimeout(() => this.#fire(), Math.max(1, Math.ceil(at - performance.now())));
    this.#timer.unref();
  }

  #fire(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const due of this.#open.items()) {
      if (due.endsAt > now) next = Math.min(next, due.endsAt);
      // What one that expires ends with it expires no more.
      else if (this.#open.has(due)) {
        this.#open.delete(due);
        due.expire();
      }
    }
    if (next < this.#firesAt) this.#arm(next);
  }
}
