/**
 * The operations under way in one server, each with the AbortSignal that its resolvers got. A drain waits for them,
 * then aborts what is left.
 */
import { createDeferred, type Deferred, within } from '../deferred.ts';
import { Linked, LinkedSet } from '../linked-set.ts';
import type { CancelReason } from './request-context.ts';

export interface Ticket {
  readonly signal: AbortSignal;
  /** Aborts the signal, unless the operation is over. The first reason stays. */
  abort(reason: CancelReason): void;
  /** The operation is over. */
  close(): void;
}

export class InFlight {
  readonly #open = new LinkedSet<OpenTicket>();
  readonly #close = (ticket: OpenTicket): void => {
    this.#open.delete(ticket);
    if (this.#open.size === 0) this.#idle?.resolve();
  };
  #idle: Deferred<void> | undefined;

  get count(): number {
    return this.#open.size;
  }

  open(): Ticket {
    const ticket = new OpenTicket(this.#close);
    this.#open.add(ticket);
    return ticket;
  }

  abortAll(reason: CancelReason): void {
    for (const ticket of this.#open.items()) ticket.abort(reason);
  }

  /** Resolves when nothing is under way, or after so long. */
  async settle(timeoutMs: number): Promise<'idle' | 'timeout'> {
    if (this.#open.size === 0) return 'idle';
    this.#idle ??= createDeferred();
    return (await within(this.#idle.promise, timeoutMs)) === 'timeout' ? 'timeout' : 'idle';
  }
}

class OpenTicket extends Linked implements Ticket {
  readonly #onClose: (ticket: OpenTicket) => void;
  #controller: AbortController | undefined;
  #isOpen = true;
  #reason: CancelReason | undefined;

  constructor(onClose: (ticket: OpenTicket) => void) {
    super();
    this.#onClose = onClose;
  }

  /** Made when somebody wants it: it costs more than all the rest of a ticket. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: CancelReason): void {
    if (!this.#isOpen || this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onClose(this);
  }
}
