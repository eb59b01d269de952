/**
 * The events of one subscription on their way to its socket.
 *
 *   source --ready(), next()--> execute --data--> frame --> socket
 *                                  \--errors, the end--> graphql-ws, which tells the client of them
 *
 * graphql-ws takes one result after the other from an iterator, and waits for some ten promises before it asks for the next. A
 * model gives thousands of tokens a second, each a result: those that are at hand are sent one behind the other here, and nothing is
 * waited for but a source that has no more and a socket that has enough.
 *
 * Invariants: results leave in the order of their events, by whichever way; `return()` settles a pending `next()` at once, and
 * nothing is sent behind it.
 */
import type { ExecutionResult } from 'graphql';
import type { EventIterator, ReadySource } from './async-events.ts';

export interface DeliveryOptions<Event> {
  readonly source: AsyncIterator<Event> & ReadySource<Event>;
  readonly execute: (event: Event) => ExecutionResult | Promise<ExecutionResult>;
  /** Sends a result without errors. A promise where the socket has enough: it resolves once that has left. */
  readonly send: (result: ExecutionResult) => Promise<void> | undefined;
}

const done = Object.freeze({ value: undefined, done: true as const });

interface Pending {
  readonly resolve: (result: IteratorResult<ExecutionResult, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** What graphql-ws has to send: its next is not asked for before that was sent. */
export function deliverEvents<Event>({
  source,
  execute,
  send,
}: DeliveryOptions<Event>): EventIterator<ExecutionResult> {
  let pending: Pending | undefined;
  let isLeft = false;

  function settle(result: IteratorResult<ExecutionResult, undefined>): void {
    pending?.resolve(result);
    pending = undefined;
  }

  function fail(error: unknown): void {
    pending?.reject(error);
    pending = undefined;
  }

  function goOn(): void {
    try {
      while (!isLeft) {
        const event = source.ready?.();
        if (event === undefined) {
          source.next().then(take, fail);
          return;
        }
        if (!deliver(event)) return;
      }
    } catch (error) {
      fail(error);
    }
  }

  function take(result: IteratorResult<Event>): void {
    if (isLeft) return;
    if (result.done) {
      settle(done);
      return;
    }
    try {
      if (deliver(result.value)) goOn();
    } catch (error) {
      fail(error);
    }
  }

  /** Whether the next one can follow at once. */
  function deliver(event: Event): boolean {
    const result = execute(event);
    if (!(result instanceof Promise)) return handOn(result);
    result
      .then((later) => {
        if (handOn(later)) goOn();
      })
      .catch(fail);
    return false;
  }

  function handOn(result: ExecutionResult): boolean {
    if (isLeft) return false;
    if (result.errors) {
      settle({ value: result, done: false });
      return false;
    }
    const left = send(result);
    left?.then(goOn, fail);
    return left === undefined;
  }

  return {
    next() {
      if (isLeft) return Promise.resolve(done);
      return new Promise((resolve, reject) => {
        pending = { resolve, reject };
        goOn();
      });
    },
    async return() {
      if (isLeft) return done;
      isLeft = true;
      settle(done);
      // Not awaited: a source that is an `async function*` would hold us up, and nobody reads its answer.
      void Promise.resolve(source.return?.()).catch(() => undefined);
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
