/**
 * One stream over as many connections as it takes.
 *
 * Invariant: each event is handed out once, in order. What is asked for after a loss is derived from the last event that
 * was handed out (`resume.ts`), never from one that was only received.
 */
import { type ConnectionOptions, pauseBefore } from './connection.ts';
import { FathomError } from './fathom-error.ts';
import type { ResumableRequest, Resume } from './resume.ts';

export interface ReconnectOptions {
  /** Attempts in a row that may bring no event. Default 8, which is about 15 s. */
  readonly maxAttempts?: number;
  /** Told before each attempt to reconnect. */
  readonly onReconnect?: (error: FathomError, attempt: number) => void;
}

interface StreamedResult<Data> {
  readonly data?: Data | null | undefined;
  readonly errors?: readonly unknown[] | undefined;
}

export interface StreamOptions
  extends ReconnectOptions,
    Pick<ConnectionOptions, 'token' | 'reconnectDelayMs'> {
  readonly begun: Omit<ResumableRequest, 'repeatable'>;
  readonly resume: Resume;
  readonly open: <Data extends object>(
    request: ResumableRequest,
  ) => Promise<AsyncIterableIterator<StreamedResult<Data>>>;
}

export function createStream<Data extends object>(options: StreamOptions): AsyncIterableIterator<Data> {
  const { begun, resume, open, token, maxAttempts = 8, onReconnect } = options;
  const left = new AbortController();
  let request = resume.begin(begun);
  let events = open<Data>(request);
  let attempts = 0;

  async function reconnect(cause: unknown): Promise<void> {
    const error = FathomError.of(cause);
    const canRetry = error.retryable || (error.code === 'TOKEN_EXPIRED' && token !== undefined);
    attempts += 1;
    if (!request.repeatable || !canRetry || attempts > maxAttempts) throw error;
    onReconnect?.(error, attempts);
    await pauseBefore(attempts, options, left.signal);
    if (!left.signal.aborted) events = open<Data>(request);
  }

  return {
    async next() {
      while (!left.signal.aborted) {
        try {
          const step = await (await events).next();
          if (step.done) break;
          const [error] = step.value.errors ?? [];
          if (error) throw FathomError.of(error);
          const data = step.value.data as Data;
          request = resume.after(request, data);
          attempts = 0;
          return { done: false, value: data };
        } catch (cause) {
          if (!left.signal.aborted) await reconnect(cause);
        }
      }
      return { done: true, value: undefined };
    },
    async return() {
      left.abort();
      await (await events).return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
