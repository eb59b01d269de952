/**
 * The gateway's side of graphql-transport-ws: one socket to one subgraph, of one client or of many (`stream-carrier.ts` of
 * the platform has the words that this takes).
 *
 *   connecting --ack--> open --last stream ended--> closed (1000)
 *        \                \-- client vanished -----> closed (terminated, so the subgraph sees DISCONNECTED)
 *         \----------------\- subgraph vanished ---> closed (every stream fails with SUBGRAPH_UNAVAILABLE)
 *
 * Why not graphql-ws's client: it queues without bound (a client that read nothing grew it by 97 MB), cannot close
 * abruptly, and parses every frame, while a frame that passes unchanged needs no parsing. A socket of one client is paused
 * by TCP, which holds back all of its streams and nobody else's; on one of many clients the subgraph is asked to hold a stream.
 */
import { AppError } from '@fathom/platform/errors';
import { webSocketPlace } from '@fathom/platform/identity-proof';
import { carries, saysCarries, streamSignal } from '@fathom/platform/stream-carrier';
import type { Logger } from 'pino';
import { WebSocket } from 'ws';
import type { GatewayContext } from '../context.ts';
import { raise } from '../errors.ts';

export interface UpstreamSink {
  /** A `next` frame as it came. */
  next(frame: string): void;
  /** The subgraph refused or ended the operation with errors. */
  error(payload: unknown): void;
  complete(): void;
  /** The stream was lost with its socket. */
  failed(error: AppError): void;
}

export interface UpstreamRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly extensions: Readonly<Record<string, unknown>>;
}

export interface UpstreamSocketOptions {
  readonly service: string;
  /** `ws://` or `wss://`. */
  readonly url: string;
  readonly identityFor: GatewayContext['identityFor'];
  readonly traceHeaders: () => Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
  /** A ping this often; a peer that misses one whole interval is gone. */
  readonly pingIntervalMs: number;
  readonly maxEventBytes: number;
  readonly logger: Logger;
  readonly onClosed: () => void;
  /**
   * Present on a socket for many clients. Called with the streams that wait for it, where the subgraph cannot carry more
   * than one client's: they are no longer this socket's.
   */
  readonly onCannotCarry?: (streams: readonly WaitingStream[]) => void;
}

export interface WaitingStream {
  readonly id: string;
  readonly request: UpstreamRequest;
  readonly sink: UpstreamSink;
}

/** An event beyond the limit ends its stream alone on a socket of many; so much beyond it ends the socket. */
const carriedSlack = 4;

export class UpstreamSocket {
  readonly #options: UpstreamSocketOptions;
  readonly #streams = new Map<string, WaitingStream>();
  readonly #pausedBy = new Set<string>();
  #state: 'connecting' | 'open' | 'closed' = 'connecting';
  #socket: WebSocket | undefined;
  #connectTimer: NodeJS.Timeout | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #answered = true;

  constructor(options: UpstreamSocketOptions) {
    this.#options = options;
    this.#connectTimer = setTimeout(
      () => this.#fail(raise('SUBGRAPH_TIMEOUT', { details: { serviceName: options.service } })),
      options.connectTimeoutMs,
    );
    this.#connect().catch((error: unknown) => this.#fail(this.#unavailable(error)));
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  get #isCarrier(): boolean {
    return this.#options.onCannotCarry !== undefined;
  }

  /** `id` is the client's own id of the operation, so that a frame can pass through without being rewritten. */
  subscribe(id: string, request: UpstreamRequest, sink: UpstreamSink): void {
    this.#streams.set(id, { id, request, sink });
    if (this.#state === 'open') this.#send({ id, type: 'subscribe', payload: request });
  }

  /** The client no longer wants it: the subgraph sees UNSUBSCRIBED. */
  unsubscribe(id: string): void {
    if (!this.#streams.has(id)) return;
    if (this.#state === 'open') this.#send({ id, type: 'complete' });
    this.#forget(id);
  }

  /** The client of this stream has vanished: the subgraph sees DISCONNECTED. Only of a socket for many. */
  lose(id: string): void {
    if (this.#streams.has(id) && this.#state === 'open') this.#socket?.send(streamSignal('lost', id));
    this.unsubscribe(id);
  }

  /** Holds back the subgraph until `resume`: while a client does not read, no more than is under way is queued here for it. */
  pause(id: string): void {
    if (this.#isCarrier) {
      this.#signal('hold', id);
      return;
    }
    this.#pausedBy.add(id);
    this.#socket?.pause();
  }

  resume(id: string): void {
    if (this.#isCarrier) {
      this.#signal('release', id);
      return;
    }
    this.#pausedBy.delete(id);
    if (this.#pausedBy.size > 0) return;
    this.#answered = true;
    this.#socket?.resume();
  }

  /** The client has vanished: so does this socket, without a goodbye, and the subgraph keeps the work resumable. */
  terminate(): void {
    this.#streams.clear();
    this.#close();
    this.#socket?.terminate();
  }

  /** Ends every stream with an error, and the socket abruptly. */
  abandon(error: AppError): void {
    this.#fail(error);
  }

  async #connect(): Promise<void> {
    const identity = await this.#options.identityFor({
      audience: this.#options.service,
      place: webSocketPlace,
    });
    if (this.#state === 'closed') return;
    const socket = new WebSocket(this.#options.url, 'graphql-transport-ws', {
      headers: this.#options.traceHeaders(),
      handshakeTimeout: this.#options.connectTimeoutMs,
      perMessageDeflate: false,
      maxPayload: this.#options.maxEventBytes * (this.#isCarrier ? carriedSlack : 1),
    });
    this.#socket = socket;
    const words = this.#isCarrier ? carries : {};
    socket.on('open', () =>
      this.#send({
        type: 'connection_init',
        payload: { identity, ...this.#options.traceHeaders(), ...words },
      }),
    );
    socket.on('message', (data) => this.#onFrame(String(data)));
    socket.on('pong', () => {
      this.#answered = true;
    });
    socket.on('error', (error) => this.#fail(this.#unavailable(error)));
    socket.on('close', (code, reason) =>
      this.#fail(
        this.#unavailable(new Error(`the connection was closed (${code}) ${String(reason)}`.trim())),
      ),
    );
  }

  #onFrame(frame: string): void {
    if (this.#state === 'closed') return;
    const id = idOfNext(frame);
    if (id !== undefined) {
      this.#onEvent(id, frame);
      return;
    }
    const message = parseMessage(frame);
    const stream = this.#streams.get(message?.id ?? '');
    switch (message?.type) {
      case 'connection_ack':
        this.#onAck(message.payload);
        break;
      case 'ping':
        this.#socket?.send('{"type":"pong"}');
        break;
      case 'pong':
        break;
      case 'next':
        this.#onEvent(message.id ?? '', frame);
        break;
      case 'error':
        this.#forget(message.id ?? '');
        stream?.sink.error(message.payload);
        break;
      case 'complete':
        this.#forget(message.id ?? '');
        stream?.sink.complete();
        break;
      default:
        this.#fail(this.#unavailable(new Error('it sent a message that is not of the protocol')));
    }
  }

  #onEvent(id: string, frame: string): void {
    const stream = this.#streams.get(id);
    if (stream && this.#isCarrier && this.#isTooLong(frame)) {
      this.lose(id);
      stream.sink.failed(this.#tooLarge());
      return;
    }
    stream?.sink.next(frame);
  }

  /** Counted only where it could be: no character of a text takes more than three bytes. */
  #isTooLong(frame: string): boolean {
    const { maxEventBytes } = this.#options;
    return frame.length * 3 > maxEventBytes && Buffer.byteLength(frame) > maxEventBytes;
  }

  #onAck(payload: unknown): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    clearTimeout(this.#connectTimer);
    if (this.#isCarrier && !saysCarries(payload)) {
      const waiting = [...this.#streams.values()];
      this.#streams.clear();
      this.#closeNormally();
      this.#options.onCannotCarry?.(waiting);
      return;
    }
    for (const { id, request } of this.#streams.values())
      this.#send({ id, type: 'subscribe', payload: request });
    this.#pingTimer = setInterval(() => this.#ping(), this.#options.pingIntervalMs);
    if (this.#streams.size === 0) this.#closeNormally();
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #signal(kind: 'hold' | 'release', id: string): void {
    if (this.#state === 'open' && this.#streams.has(id)) this.#socket?.send(streamSignal(kind, id));
  }

  #ping(): void {
    // A paused socket cannot deliver the pong; its peer is judged again once it is read.
    if (this.#pausedBy.size > 0) return;
    if (!this.#answered) {
      // Timers come before sockets: after this process was held up, the answer may be there and not read yet.
      setImmediate(() => {
        if (this.#answered || this.#pausedBy.size > 0) return;
        this.#fail(this.#unavailable(new Error('it stopped answering')));
      });
      return;
    }
    this.#answered = false;
    this.#socket?.ping();
  }

  #forget(id: string): void {
    this.#streams.delete(id);
    if (this.#pausedBy.has(id)) this.resume(id);
    // Not kept for a next stream: an identity is signed for a minute, and connecting takes a millisecond.
    if (this.#streams.size === 0 && this.#state === 'open') this.#closeNormally();
  }

  #closeNormally(): void {
    this.#close();
    this.#socket?.close(1000);
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#connectTimer);
    clearInterval(this.#pingTimer);
    this.#options.onClosed();
  }

  #fail(error: AppError): void {
    if (this.#state === 'closed') return;
    const streams = [...this.#streams.values()];
    this.#options.logger.warn(
      { err: error, subgraph: this.#options.service, streams: streams.length },
      'streams of a subgraph ended with their socket',
    );
    this.#streams.clear();
    this.#close();
    this.#socket?.terminate();
    for (const { sink } of streams) sink.failed(error);
  }

  #unavailable(cause: unknown): AppError {
    if (cause instanceof AppError) return cause;
    // Whose event was too large is not known where many share a socket, and the others can go on.
    if (isTooLarge(cause) && !this.#isCarrier) return this.#tooLarge(cause);
    return raise('SUBGRAPH_UNAVAILABLE', { details: { serviceName: this.#options.service }, cause });
  }

  #tooLarge(cause?: unknown): AppError {
    const { service: serviceName, maxEventBytes: maxBytes } = this.#options;
    return raise('SUBGRAPH_ANSWER_TOO_LARGE', { details: { serviceName, maxBytes }, cause });
  }
}

/** As `ws` says it of a message beyond its `maxPayload`, whose rest it does not read. */
function isTooLarge(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
}

const nextMarker = '","type":"next","payload":';

/**
 * The id of a `next` frame in the order of keys that graphql-ws writes, without parsing the payload:
 * `{"id":"1","type":"next","payload":…}`.
 */
export function idOfNext(frame: string): string | undefined {
  if (!frame.startsWith('{"id":"')) return undefined;
  const end = frame.indexOf('"', 7);
  if (end < 0 || !frame.startsWith(nextMarker, end)) return undefined;
  const id = frame.slice(7, end);
  return id.includes('\\') ? undefined : id;
}

/** Where the payload begins within such a frame; it ends one character before the frame does. */
export function payloadStart(frame: string): number {
  return frame.indexOf(nextMarker) + nextMarker.length;
}

function parseMessage(frame: string): { type?: unknown; id?: string; payload?: unknown } | undefined {
  try {
    const message: unknown = JSON.parse(frame);
    return typeof message === 'object' && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
