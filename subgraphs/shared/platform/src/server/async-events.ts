/**
 * Iterators for subscriptions. They are written by hand, because the `return()` of an `async function*` waits for its
 * pending `next()`: a quiet stream would keep its producer working after its reader left. Here `return()` settles a
 * pending `next()` at once.
 */
import { createDeferred, type Deferred } from '../deferred.ts';
import { raisePlatform } from '../errors.ts';

export type EventIterator<T> = AsyncIterableIterator<T, undefined> & {
  return(): Promise<IteratorResult<T, undefined>>;
} & ReadySource<T>;

/** A source that may have events at hand. */
export interface ReadySource<T> {
  /** The next event if it is there already, without the promises that waiting for it takes; not while a `next()` is pending. */
  ready?(): T | undefined;
}

const done = Object.freeze({ value: undefined, done: true as const });

/** Each event passed through `map`, in order. Leaving it leaves the source at once. */
export function mapEvents<From, To>(
  source: AsyncIterator<From>,
  map: (event: From) => To | Promise<To>,
): EventIterator<To> {
  // A pending `next()` is settled by its event or by leaving, whichever is first. (A race against one promise for the
  // iterator's whole life would keep every event's reaction alive until the end.) Each token of every stream comes through
  // several of these, and traces' hooks follow each promise: one is made here for the reader, and one by `then`.
  const pending = new Set<(end: IteratorResult<To, undefined>) => void>();
  let isLeft = false;

  return {
    next() {
      if (isLeft) return Promise.resolve(done);
      return new Promise((resolve, reject) => {
        const fail = (error: unknown): void => {
          pending.delete(resolve);
          reject(error);
        };
        const settle = (result: IteratorResult<To, undefined>): void => {
          pending.delete(resolve);
          resolve(result);
        };
        const take = (result: IteratorResult<From>): void => {
          if (isLeft || result.done) {
            settle(done);
            return;
          }
          try {
            const mapped = map(result.value);
            if (isPromise(mapped)) mapped.then((value) => settle({ value, done: false }), fail);
            else settle({ value: mapped, done: false });
          } catch (error) {
            fail(error);
          }
        };
        pending.add(resolve);
        try {
          source.next().then(take, fail);
        } catch (error) {
          fail(error);
        }
      });
    },
    async return() {
      if (isLeft) return done;
      isLeft = true;
      for (const resolve of pending) resolve(done);
      // Not awaited: a source that is an `async function*` would hold us up, and nobody reads its answer.
      void Promise.resolve(source.return?.()).catch(() => undefined);
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The same where `map` gives no promise: what the source has at hand is at hand here. */
export function mapReadyEvents<From, To>(
  source: AsyncIterator<From> & ReadySource<From>,
  map: (event: From) => To,
): EventIterator<To> {
  const events = mapEvents(source, map);
  let isLeft = false;
  return {
    next: () => events.next(),
    ready() {
      const event = isLeft ? undefined : source.ready?.();
      return event === undefined ? undefined : map(event);
    },
    return() {
      isLeft = true;
      return events.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown } | undefined | null)?.then === 'function';
}

/** The events that `keeps` says yes to, in order. Leaving it leaves the source at once. */
export function filterEvents<T>(source: AsyncIterator<T>, keeps: (event: T) => boolean): EventIterator<T> {
  const kept: AsyncIterator<T> = {
    async next() {
      for (;;) {
        const result = await source.next();
        if (result.done || keeps(result.value)) return result;
      }
    },
    return: async () => (await source.return?.()) ?? done,
  };
  return mapEvents(kept, (event) => event);
}

/** The source's events until it ends or the signal aborts, whichever is first; then the source is left. */
export function untilAborted<T>(source: AsyncIterator<T>, signal: AbortSignal): EventIterator<T> {
  return leftOnAbort(
    mapEvents(source, (event) => event),
    signal,
  );
}

/** The same events, which are left when the signal aborts. */
export function leftOnAbort<T>(events: EventIterator<T>, signal: AbortSignal): EventIterator<T> {
  const leave = () => void events.return();
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return events;
}

export interface EventQueue<T> {
  /** False if nobody reads any more. A reader that lags `maxEvents` behind is ended with SLOW_CONSUMER. */
  push(event: T): boolean;
  /** Ends the stream after what was pushed. */
  end(): void;
  /** Fails the stream after what was pushed. */
  fail(error: unknown): void;
  readonly events: EventIterator<T>;
}

export interface EventQueueOptions {
  /** How far a reader may lag behind. */
  readonly maxEvents: number;
  /** Called once, when the reader left or the stream ended. */
  readonly onClose?: () => void;
}

/** A bounded queue between a producer that pushes and one subscription that pulls. */
export function createEventQueue<T>({ maxEvents, onClose }: EventQueueOptions): EventQueue<T> {
  const waiting: T[] = [];
  const readers: Deferred<IteratorResult<T, undefined>>[] = [];
  let state: 'open' | 'ending' | 'closed' = 'open';
  let failure: { readonly error: unknown } | undefined;

  function close(): void {
    if (state === 'closed') return;
    state = 'closed';
    waiting.length = 0;
    onClose?.();
  }

  /** The last answer of a stream: its failure once, then its end for ever. */
  function settle(reader: Deferred<IteratorResult<T, undefined>>): void {
    close();
    if (failure) reader.reject(failure.error);
    else reader.resolve(done);
    failure = undefined;
  }

  function finish(failed?: { readonly error: unknown }): void {
    if (state !== 'open') return;
    state = 'ending';
    failure = failed;
    for (const reader of readers.splice(0)) settle(reader);
  }

  return {
    push(event) {
      if (state !== 'open') return false;
      const reader = readers.shift();
      if (reader) reader.resolve({ value: event, done: false });
      else if (waiting.length < maxEvents) waiting.push(event);
      else {
        finish({
          error: raisePlatform('SLOW_CONSUMER', { because: `more than ${maxEvents} events behind` }),
        });
        return false;
      }
      return true;
    },
    end: () => finish(),
    fail: (error) => finish({ error }),
    events: {
      next() {
        if (waiting.length > 0) return Promise.resolve({ value: waiting.shift() as T, done: false });
        const reader = createDeferred<IteratorResult<T, undefined>>();
        if (state === 'open') readers.push(reader);
        else settle(reader);
        return reader.promise;
      },
      async return() {
        close();
        for (const reader of readers.splice(0)) reader.resolve(done);
        return done;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}
