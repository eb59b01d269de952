/**
 * A client of the gateway that loses no event. A stream whose connection, gateway or service was lost, or whose token is
 * over, is asked for again behind the last event that was handed out, so each event comes once and in order; leaving
 * the iterator unsubscribes, which stops the work. For that, a subscription takes `$after` and selects `cursor`:
 *
 *   const ask = 'subscription ($input: AskInput!, $after: String) { ask(input: $input, after: $after) { cursor … } }';
 *   const client = createFathomClient({ url: 'http://127.0.0.1:4000', apiKey });
 *   for await (const { ask } of client.stream(ask, { input: { question } })) …
 */
import { type GraphQLFormattedError, print, type TypedQueryDocumentNode } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { FathomError } from './client/fathom-error.ts';

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

type Variables = Readonly<Record<string, unknown>>;
type Document<Data, Vars extends Variables> = string | TypedQueryDocumentNode<Data, Vars>;
export type FathomClient = ReturnType<typeof createFathomClient>;

/** Fields that begin at their beginning: before the first event they may be asked for again and nothing is missed. */
const replayed = /\b(ask|generate|generationEvents|trainingRunProgressed|fineTuningJobProgressed)\b/;
/** Who is told to wait longer decides for himself. */
const longestPauseMs = 10_000;

export function createFathomClient(options: FathomClientOptions) {
  const { url, apiKey, token, reconnectDelayMs = 50, maxAttempts = 8, onReconnect } = options;
  const endpoint = new URL('/graphql', url).href;
  let sockets: Promise<Client> | undefined;
  const credential = async (): Promise<Record<string, string>> => {
    if (token) return { authorization: `Bearer ${await token()}` };
    return apiKey === undefined ? {} : { 'x-api-key': apiKey };
  };
  const connect = async () =>
    createClient({
      url: endpoint.replace(/^http/, 'ws'),
      // Node has one of its own from version 22 on.
      webSocketImpl: globalThis.WebSocket ?? (await import('ws')).WebSocket,
      connectionParams: credential,
      retryAttempts: 0,
    });

  async function* eventsOf<Data>(query: string, given: Variables, left: AbortSignal) {
    const takesCursor = /\$after\b/.test(query);
    let variables = withKey(given);
    let canRepeat = takesCursor && (typeof given['after'] === 'string' || replayed.test(query));
    for (let attempt = 1; !left.aborted; attempt += 1) {
      try {
        sockets ??= connect();
        const client = await sockets;
        if (left.aborted) return;
        const events = client.iterate<Data>({ query, variables });
        left.onabort = () => void events.return?.();
        for await (const { data, errors } of events) {
          if (errors?.[0]) throw errors[0];
          const [event]: ({ cursor?: unknown } | null)[] = Object.values(data ?? {});
          canRepeat = takesCursor && typeof event?.cursor === 'string';
          variables = { ...variables, after: event?.cursor };
          attempt = 0;
          yield data as Data;
        }
        return;
      } catch (cause) {
        if (left.aborted) return;
        const error = FathomError.of(cause);
        const isTemporary = error.retryable || (error.code === 'TOKEN_EXPIRED' && token !== undefined);
        const askedMs = Number(error.extensions['retryAfterMs'] ?? 0);
        if (!canRepeat || !isTemporary || attempt > maxAttempts || askedMs > longestPauseMs) throw error;
        onReconnect?.(error, attempt);
        const backOffMs = Math.min(5_000, reconnectDelayMs * 2 ** attempt) * (0.5 + Math.random() / 2);
        await pause(Math.max(askedMs, backOffMs), left);
      }
    }
  }

  return {
    /** A query or mutation. Throws {@link FathomError} with the first error's code. */
    async request<Data, Vars extends Variables>(
      document: Document<Data, Vars>,
      variables?: Vars,
    ): Promise<Data> {
      const body = JSON.stringify({ query: textOf(document), variables });
      const headers = { 'content-type': 'application/json', ...(await credential()) };
      const { data, errors } = await fetch(endpoint, { method: 'POST', headers, body })
        .then((response) => response.json() as Promise<{ data: Data; errors?: GraphQLFormattedError[] }>)
        .catch((error: unknown) => Promise.reject(FathomError.of(error)));
      if (errors?.[0]) throw FathomError.of(errors[0]);
      return data;
    },

    /** Events in order, each once. Throws {@link FathomError} when it cannot be continued. */
    stream<Data extends object, Vars extends Variables>(
      document: Document<Data, Vars>,
      variables?: Vars,
    ): AsyncIterableIterator<Data> {
      const left = new AbortController();
      const events = eventsOf<Data>(textOf(document), variables ?? {}, left.signal);
      const end = events.return.bind(events);
      // A generator's own `return` would wait for the next event of a quiet stream.
      events.return = (value) => {
        left.abort();
        return end(value);
      };
      return events;
    },

    close: async () => (await sockets)?.dispose(),
  };
}

function textOf<Data, Vars extends Variables>(document: Document<Data, Vars>): string {
  return typeof document === 'string' ? document : print(document);
}

/** What starts work takes an `input` with a key that makes asking again harmless. */
function withKey({ input, ...others }: Variables): Variables {
  if (typeof input !== 'object' || input === null) return { input, ...others };
  const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
  return { ...others, input: { idempotencyKey: key, ...input } };
}

/** Ends early when the stream is left. */
function pause(ms: number, left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    left.onabort = () => resolve(clearTimeout(timer));
  });
}
