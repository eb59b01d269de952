/**
 * At most so many calls at a time to one service, and at most so many that wait: one that has become slow holds back
 * its own callers, and not the memory and sockets of the whole gateway.
 *
 * A call that waits gives up when its time is over or nobody wants it any more. First come, first served.
 */
import type { Leaving, LeavingListener } from '../departure.ts';

export interface BulkheadOptions {
  readonly maxConcurrent: number;
  readonly maxWaiting: number;
}

export type Admittance = 'admitted' | 'full' | 'timeout' | 'aborted';

interface Waiting {
  readonly admit: (admittance: Admittance) => void;
}

export class Bulkhead {
  readonly #maxConcurrent: number;
  readonly #maxWaiting: number;
  readonly #waiting = new Set<Waiting>();
  #running = 0;

  constructor({ maxConcurrent, maxWaiting }: BulkheadOptions) {
    this.#maxConcurrent = maxConcurrent;
    this.#maxWaiting = maxWaiting;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** True if there was room: then {@link leave} must follow. Costs nothing where there is no queue. */
  tryEnter(): boolean {
    if (this.#running >= this.#maxConcurrent) return false;
    this.#running += 1;
    return true;
  }

  /** Waits for room. `admitted` must be followed by {@link leave}, the others must not. */
  enter(timeoutMs: number, signal: Leaving): Promise<Admittance> {
    if (this.tryEnter()) return Promise.resolve('admitted');
    if (this.#waiting.size >= this.#maxWaiting) return Promise.resolve('full');
    if (signal.aborted) return Promise.resolve('aborted');
    return new Promise((resolve) => {
      const waiting: Waiting = {
        admit: (admittance) => {
          this.#waiting.delete(waiting);
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          resolve(admittance);
        },
      };
      const onAbort: LeavingListener = { handleEvent: () => waiting.admit('aborted') };
      const timer = setTimeout(() => waiting.admit('timeout'), timeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiting);
    });
  }

  leave(): void {
    const [next] = this.#waiting;
    // Whoever leaves hands its place on, so that nobody who comes now gets in between.
    if (next) next.admit('admitted');
    else this.#running -= 1;
  }
}
