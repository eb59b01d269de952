/** The client's connection: where to, as whom, and how soon again. */
import { type Client, createClient } from 'graphql-ws';

export interface ConnectionOptions {
  /** The gateway: `http://host:port`, with or without `/graphql`. */
  readonly url: string;
  /** An API key of the platform. */
  readonly apiKey?: string;
  /** Or a token, asked for before each connection and request: give a fresh one, and streams outlive their tokens. */
  readonly token?: () => string | Promise<string>;
  /** Default: the platform's WebSocket, else that of the package `ws`. */
  readonly webSocketImpl?: unknown;
  /** Before the first attempt to reconnect; doubled with each attempt up to 5 s, with jitter. Default 50. */
  readonly reconnectDelayMs?: number;
}

export async function headersOf({ apiKey, token }: ConnectionOptions): Promise<Record<string, string>> {
  if (token) return { authorization: `Bearer ${await token()}` };
  return apiKey === undefined ? {} : { 'x-api-key': apiKey };
}

export async function connect(options: ConnectionOptions): Promise<Client> {
  const { apiKey, token, webSocketImpl } = options;
  return createClient({
    url: new URL('/graphql', options.url).href.replace(/^http/, 'ws'),
    // Node has a WebSocket of its own from version 22 on.
    webSocketImpl: webSocketImpl ?? globalThis.WebSocket ?? (await import('ws')).WebSocket,
    connectionParams: async () => (token ? { authorization: `Bearer ${await token()}` } : { apiKey }),
    retryAttempts: 0,
  });
}

/** Ends early when the stream is left. */
export function pauseBefore(
  attempt: number,
  { reconnectDelayMs = 50 }: Pick<ConnectionOptions, 'reconnectDelayMs'>,
  signal: AbortSignal,
): Promise<void> {
  const ms = Math.min(5_000, reconnectDelayMs * 2 ** attempt) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
