/** Holds one stream back while others of the same connection go on: its next event is not asked for until it is let go. */
import { createDeferred, type Deferred } from '../deferred.ts';
import type { ReadySource } from './async-events.ts';

export class StreamGate {
  #held: Deferred<void> | undefined;

  hold(): void {
    this.#held ??= createDeferred();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Leaving it leaves the source at once, held or not. */
  guard<T>(source: AsyncIterator<T> & ReadySource<T>): AsyncIterator<T> & ReadySource<T> {
    return {
      ready: () => (this.#held ? undefined : source.ready?.()),
      next: () => (this.#held ? this.#nextOf(source) : source.next()),
      return: async () => (await source.return?.()) ?? { value: undefined, done: true },
    };
  }

  async #nextOf<T>(source: AsyncIterator<T>): Promise<IteratorResult<T>> {
    // It may be held again before this is reached.
    while (this.#held) await this.#held.promise;
    return source.next();
  }
}
