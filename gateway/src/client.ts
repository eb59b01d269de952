/**
 * A client of the gateway that loses no event. A stream whose connection, gateway or service was lost, or whose token is
 * over, is asked for again behind the last event that was handed out, so each event comes once and in order; leaving
 * the iterator unsubscribes, which stops the work. For that, a subscription takes `$after` and selects `cursor`:
 *
 *   const ask = 'subscription ($input: AskInput!, $after: String) { ask(input: $input, after: $after) { cursor … } }';
 *   const client = createFathomClient({ url: 'http://127.0.0.1:4000', apiKey });
 *   for await (const { ask } of client.stream(ask, { input: { question } })) …
 */
import { createClient } from 'graphql-ws';
import { FathomError } from './client/fathom-error.ts';
import { createRequest, type Document, textOf, type Values } from './client/request.ts';

export { FathomError } from './client/fathom-error.ts';

export interface FathomClientOptions {
  /** The gateway: `http://host:port`, with or without `/graphql`. */
  readonly url: string;
  readonly apiKey?: string;
  /** Instead of a key; asked for before each connection and request: give a fresh one, and streams outlive their tokens. */
  readonly token?: () => string | Promise<string>;
  /** Before the first attempt to reconnect; doubled with each attempt up to 5 s, with jitter. Default 50. */
  readonly reconnectDelayMs?: number;
  /** Attempts in a row that may bring no event. Default 8, which is about 15 s. */
  readonly maxAttempts?: number;
  /** Told before each attempt to reconnect. */
  readonly onReconnect?: (error: FathomError, attempt: number) => void;
}

export type FathomClient = ReturnType<typeof createFathomClient>;

/** Fields that begin at their beginning: before the first event they may be asked for again and nothing is missed. */
const replayed = /\b(ask|generate|generationEvents|trainingRunProgressed|fineTuningJobProgressed)\b/;
/** Who is told to wait longer decides for himself. */
const longestPauseMs = 10_000;
/** Node has one of its own from version 22 on. */
const webSocketImpl = globalThis.WebSocket ?? (await import('ws')).WebSocket;

export function createFathomClient(options: FathomClientOptions) {
  const { apiKey, token = () => apiKey, reconnectDelayMs = 50, maxAttempts = 8, onReconnect } = options;
  const url = new URL('/graphql', options.url).href;
  const credential = async (): Promise<{ authorization?: string }> => {
    const secret = await token();
    return secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  };
  const socket = { url: url.replace(/^http/, 'ws'), webSocketImpl, connectionParams: credential };
  const sockets = createClient({ ...socket, retryAttempts: 0 });

  /** Events in order, each once. Throws {@link FathomError} when it cannot be continued. */
  function stream<Data extends object, Vars extends Values>(
    document: Document<Data, Vars>,
    variables?: Vars,
  ) {
    const left = new AbortController();
    const events = eventsOf<Data>(textOf(document), withKey(variables), left.signal);
    const end = events.return.bind(events);
    // A generator's own `return` would wait for the next event of a quiet stream.
    events.return = (value) => {
      left.abort();
      return end(value);
    };
    return events as AsyncIterableIterator<Data>;
  }

  async function* eventsOf<Data>(query: string, variables: Values, left: AbortSignal) {
    const takesCursor = /\$after\b/.test(query);
    let after = variables['after'];
    let canRepeat = takesCursor && (typeof after === 'string' || replayed.test(query));
    for (let attempt = 1; !left.aborted; attempt += 1) {
      try {
        const events = sockets.iterate<Data>({ query, variables: { ...variables, after } });
        left.onabort = () => void events.return?.();
        for await (const { data, errors } of events) {
          if (errors) throw errors;
          const [event]: ({ cursor?: unknown } | null)[] = Object.values(data ?? {});
          after = event?.cursor;
          canRepeat = takesCursor && typeof after === 'string';
          attempt = 0;
          yield data as Data;
        }
        return;
      } catch (cause) {
        if (left.aborted) return;
        const error = FathomError.of(cause);
        const isTemporary = error.retryable || (error.code === 'TOKEN_EXPIRED' && options.token);
        const backOffMs = Math.min(5_000, reconnectDelayMs * 2 ** attempt) * (0.5 + Math.random() / 2);
        const pauseMs = Math.max(backOffMs, Number(error.extensions['retryAfterMs'] ?? 0));
        if (!canRepeat || !isTemporary || attempt > maxAttempts || pauseMs > longestPauseMs) throw error;
        onReconnect?.(error, attempt);
        await new Promise<void>((wake) => {
          const timer = setTimeout(wake, pauseMs);
          left.onabort = () => wake(clearTimeout(timer));
        });
      }
    }
  }

  return { request: createRequest(url, credential), stream, close: () => sockets.dispose() };
}

/** What starts work takes an `input` with a key that makes asking again harmless. */
function withKey(variables: Values = {}): Values {
  const { input } = variables;
  const idempotencyKey = crypto.getRandomValues(new Uint32Array(4)).join('-');
  if (!input || typeof input !== 'object') return variables;
  return { ...variables, input: { idempotencyKey, ...input } };
}
