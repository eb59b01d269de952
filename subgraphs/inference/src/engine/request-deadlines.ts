/**
 * When the requests of a device have had their time, whatever becomes of its workers.
 *
 * A living worker looks at deadlines at every step; while the device recovers, loads or hangs nobody would. So whoever
 * holds a request has a timer for it, and a request has a timer exactly as long as the device has the request.
 */
import type { OwnEnd, RequestInFlight } from './request-in-flight.ts';

export const deadlinePassed: OwnEnd = {
  kind: 'failed',
  code: 'DEADLINE_EXCEEDED',
  message: 'Its deadline has passed.',
};

export class RequestDeadlines {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #onPassed: (inFlight: RequestInFlight) => void;

  constructor(onPassed: (inFlight: RequestInFlight) => void) {
    this.#onPassed = onPassed;
  }

  /** The time counts from when the request was first submitted, not from when this device took it over. */
  watch(inFlight: RequestInFlight): void {
    const { id, timeoutMs } = inFlight.request;
    this.forget(id);
    if (timeoutMs === undefined) return;
    const leftMs = inFlight.submittedAt + timeoutMs - performance.now();
    this.#timers.set(
      id,
      setTimeout(() => this.#onPassed(inFlight), Math.max(0, leftMs)),
    );
  }

  forget(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  close(): void {
    for (const id of [...this.#timers.keys()]) this.forget(id);
  }
}
