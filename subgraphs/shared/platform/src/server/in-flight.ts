/**
 * The operations under way in one server, each with the AbortSignal that its resolvers got. A drain waits for them,
 * then aborts what is left.
 */
import { createDeferred, type Deferred, within } from '../deferred.ts';
import type { CancelReason } from './request-context.ts';

export interface Ticket {
  readonly signal: AbortSignal;
  /** Aborts the signal, unless the operation is over. The first reason stays. */
  abort(reason: CancelReason): void;
  /** The operation is over. */
  close(): void;
}

export class InFlight {
  readonly #open = new Map<Ticket, AbortController>();
  #idle: Deferred<void> | undefined;

  get count(): number {
    return this.#open.size;
  }

  open(): Ticket {
    const controller = new AbortController();
    const ticket: Ticket = {
      signal: controller.signal,
      abort: (reason) => {
        if (this.#open.has(ticket) && !controller.signal.aborted) controller.abort(reason);
      },
      close: () => {
        this.#open.delete(ticket);
        if (this.#open.size === 0) this.#idle?.resolve();
      },
    };
    this.#open.set(ticket, controller);
    return ticket;
  }

  abortAll(reason: CancelReason): void {
    for (const ticket of this.#open.keys()) ticket.abort(reason);
  }

  /** Resolves when nothing is under way, or after so long. */
  async settle(timeoutMs: number): Promise<'idle' | 'timeout'> {
    if (this.#open.size === 0) return 'idle';
    this.#idle ??= createDeferred();
    return (await within(this.#idle.promise, timeoutMs)) === 'timeout' ? 'timeout' : 'idle';
  }
}
