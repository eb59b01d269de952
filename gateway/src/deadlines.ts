/**
 * Many deadlines, one timer: nearly all of them are met, so nearly none costs more than being written down. The timer is
 * set to the earliest; when it fires, it finds those that are over and is set to the next.
 */
export interface Due {
  /** By the monotonic clock, ms. */
  readonly endsAt: number;
  /** The deadline is over. */
  expire(): void;
}

export class Deadlines {
  readonly #open = new Set<Due>();
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
    this.#open.clear();
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
    for (const due of this.#open) {
      if (due.endsAt > now) next = Math.min(next, due.endsAt);
      else {
        this.#open.delete(due);
        due.expire();
      }
    }
    if (next < this.#firesAt) this.#arm(next);
  }
}
