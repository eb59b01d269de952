/**
 * A client of the gateway that loses no event. `stream` reconnects when its connection, the gateway or a service was
 * lost, and continues behind the last event that was seen; leaving the iterator unsubscribes, which stops the work.
 *
 *   const client = createFathomClient({ url: 'http://127.0.0.1:4000', apiKey });
 *   for await (const { ask } of client.stream(AskDocument, { input: { question } })) …
 */
import { type GraphQLFormattedError, parse, print, type TypedQueryDocumentNode } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { FathomError } from './client/fathom-error.ts';
import { type ResumableRequest, type Resume, resumeGeneration } from './client/resume-generation.ts';

export { FathomError } from './client/fathom-error.ts';
export { type ResumableRequest, type Resume, resumeGeneration } from './client/resume-generation.ts';

type Variables = Readonly<Record<string, unknown>>;
type Document<Data, Vars extends Variables> = string | TypedQueryDocumentNode<Data, Vars>;

export interface FathomClientOptions {
  /** The gateway: `http://host:port`, with or without `/graphql`. */
  readonly url: string;
  readonly apiKey: string;
  /** Default: the platform's WebSocket, else that of the package `ws`. */
  readonly webSocketImpl?: unknown;
  /** Attempts in a row that may bring no event. Default 8, which is about 15 s. */
  readonly maxAttempts?: number;
  /** Told before each attempt to reconnect. */
  readonly onReconnect?: (error: FathomError, attempt: number) => void;
}

export interface StreamOptions {
  /** How to continue; default {@link resumeGeneration}. */
  readonly resume?: Resume;
}

export interface FathomClient {
  /** A query or mutation. Throws {@link FathomError} with the first error's code. */
  request<Data, Vars extends Variables>(document: Document<Data, Vars>, variables?: Vars): Promise<Data>;
  /** Events in order, each once. Throws {@link FathomError} when it cannot be continued. */
  stream<Data extends object, Vars extends Variables>(
    document: Document<Data, Vars>,
    variables?: Vars,
    options?: StreamOptions,
  ): AsyncIterableIterator<Data>;
  close(): Promise<void>;
}

export function createFathomClient(options: FathomClientOptions): FathomClient {
  const { apiKey, maxAttempts = 8, onReconnect } = options;
  const url = new URL('/graphql', options.url);
  let sockets: Promise<Client> | undefined;

  async function request<Data>(
    document: string | TypedQueryDocumentNode,
    variables: Variables = {},
  ): Promise<Data> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
      body: JSON.stringify({ query: textOf(document), variables }),
    }).catch((error: unknown) => {
      throw FathomError.of(error);
    });
    const { data, errors } = (await response.json()) as {
      data?: Data;
      errors?: readonly GraphQLFormattedError[];
    };
    if (errors?.[0]) throw FathomError.of(errors[0]);
    return data as Data;
  }

  async function open<Data extends object>({ document, variables }: ResumableRequest) {
    sockets ??= connect(url, options);
    return (await sockets).iterate<Data>({ query: print(document), variables });
  }

  function stream<Data extends object>(
    document: string | TypedQueryDocumentNode,
    variables: Variables = {},
    { resume = resumeGeneration }: StreamOptions = {},
  ): AsyncIterableIterator<Data> {
    const left = new AbortController();
    let request = resume.begin({ document: parse(textOf(document)), variables });
    let events = open<Data>(request);
    let attempts = 0;

    async function next(): Promise<IteratorResult<Data>> {
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
          if (left.signal.aborted) break;
          const error = FathomError.of(cause);
          attempts += 1;
          if (!request.repeatable || !error.retryable || attempts > maxAttempts) throw error;
          onReconnect?.(error, attempts);
          await pauseBefore(attempts, left.signal);
          if (!left.signal.aborted) events = open<Data>(request);
        }
      }
      return { done: true, value: undefined };
    }

    return {
      next,
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

  return { request, stream, close: async () => (await sockets)?.dispose() } as FathomClient;
}

async function connect(url: URL, { apiKey, webSocketImpl }: FathomClientOptions): Promise<Client> {
  return createClient({
    url: url.href.replace(/^http/, 'ws'),
    // Node has a WebSocket of its own from version 22 on.
    webSocketImpl: webSocketImpl ?? globalThis.WebSocket ?? (await import('ws')).WebSocket,
    connectionParams: { apiKey },
    retryAttempts: 0,
  });
}

const textOf = (document: string | TypedQueryDocumentNode): string =>
  typeof document === 'string' ? document : print(document);

/** 50 ms, doubled with each attempt up to 5 s, with jitter; ends early when the stream is left. */
function pauseBefore(attempt: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(5_000, 50 * 2 ** attempt) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
