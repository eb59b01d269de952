/**
 * Whether the client of an operation has gone, for whoever works for it.
 *
 * It says what an AbortSignal says, without being one from the start: making an AbortSignal and listening to it costs
 * 10 us, which each request would pay and few ever use. Who needs a real one asks {@link abortSignalOf}.
 */
export interface Leaving {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: LeavingListener, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: LeavingListener): void;
}

/** As AbortSignal knows it: an object that is told, which needs no closure. */
export interface LeavingListener {
  handleEvent(): void;
}

export class Departure implements Leaving {
  #listeners: LeavingListener[] = [];
  #controller: AbortController | undefined;
  aborted = false;
  reason: unknown;

  /** The first reason stays. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener.handleEvent();
    this.#controller?.abort(reason);
  }

  addEventListener(_type: 'abort', listener: LeavingListener): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: LeavingListener): void {
    const index = this.#listeners.indexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }
}

export function abortSignalOf(leaving: Leaving): AbortSignal {
  if (leaving instanceof AbortSignal) return leaving;
  if (leaving instanceof Departure) return leaving.signal;
  throw new TypeError('neither a Departure nor an AbortSignal');
}
