/**
 * Sockets to services that carry the streams of many clients: those that have a connection for one stream only (server-sent
 * events, multipart, the OpenAI API, MCP). A hundred of them then take one socket at each end instead of a hundred.
 *
 *   client --request--> stream --+
 *   client --request--> stream --+--> carrier (at most `maxStreams`) --one WebSocket--> service
 *   client --request--> stream --+
 *
 * Invariant: a stream on a carrier is what it would be on a socket of its own. It runs under its own client's identity,
 * which the service checks for each; it is held back, left and ended by itself. What they share is the loss of the socket,
 * and then each is told the cursor behind which it goes on. A service that cannot carry is asked again after a while, and
 * its streams have a socket each until then.
 */
import type { AppError } from '@fathom/platform/errors';
import type { Identity } from '@fathom/platform/identity';
import type { IdentitySigner } from '@fathom/platform/identity-token';
import { placeOfCarried } from '@fathom/platform/stream-carrier';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { Logger } from 'pino';
import type { GatewayContext } from '../context.ts';
import { raise } from '../errors.ts';
import type { StreamUpstream } from './subscription-stream.ts';
import { type UpstreamRequest, type UpstreamSink, UpstreamSocket } from './upstream-socket.ts';

export interface CarrierSettings {
  readonly connectTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly maxEventBytes: number;
  /** Of one socket. With 1, each stream has its own. */
  readonly maxStreamsPerSocket: number;
}

export interface StreamCarriersOptions {
  readonly settings: CarrierSettings;
  readonly signer: IdentitySigner;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface CarriedStreamOptions {
  readonly service: string;
  readonly url: string;
  readonly request: UpstreamRequest;
  readonly identityFor: GatewayContext['identityFor'];
  readonly isClientGone: () => boolean;
  /** Nothing of it is left. */
  readonly onOver: () => void;
}

export interface StreamCarriers {
  /** It is at no service until it is started. */
  open(options: CarriedStreamOptions): CarriedStream;
}

/** Lets a carrier in; no stream runs under it. */
const carrierIdentity: Identity = {
  subject: 'gateway:stream-carrier',
  tenant: 'gateway:stream-carrier',
  scopes: [],
  roles: [],
};

/** A service of an older version may be replaced at any time. */
const askAgainMs = 60_000;

export function createStreamCarriers({
  settings,
  signer,
  metrics,
  logger,
}: StreamCarriersOptions): StreamCarriers {
  const sockets = metrics.gauge({
    name: 'fathom_gateway_stream_sockets',
    help: 'WebSockets to services that carry the streams of many clients now; compare fathom_gateway_streams_active.',
    labels: ['subgraph'],
  });
  const carriers = new Map<string, Set<UpstreamSocket>>();
  const aloneUntil = new Map<string, number>();
  const streams = new Map<string, CarriedStream>();
  let lastId = 0;

  function isAlone(url: string): boolean {
    return settings.maxStreamsPerSocket <= 1 || performance.now() < (aloneUntil.get(url) ?? 0);
  }

  function carrierTo(service: string, url: string): UpstreamSocket {
    const key = `${service} ${url}`;
    const open = carriers.get(key) ?? new Set();
    carriers.set(key, open);
    for (const socket of open)
      if (!socket.closed && socket.openStreams < settings.maxStreamsPerSocket) return socket;
    const created: UpstreamSocket = new UpstreamSocket({
      ...settings,
      service,
      url,
      identityFor: (request) => signer.sign(carrierIdentity, request),
      traceHeaders: () => ({}),
      logger,
      onClosed() {
        if (open.delete(created)) sockets.dec({ subgraph: service });
        if (open.size === 0) carriers.delete(key);
      },
      onCannotCarry(waiting) {
        aloneUntil.set(url, performance.now() + askAgainMs);
        for (const { id } of waiting) streams.get(id)?.startAlone();
      },
    });
    open.add(created);
    sockets.inc({ subgraph: service });
    return created;
  }

  return {
    open(options) {
      const { service, url, identityFor } = options;
      lastId += 1;
      const id = lastId.toString(36);
      const stream: CarriedStream = new CarriedStream({
        ...options,
        id,
        isAlone: () => isAlone(url),
        carrier: () => carrierTo(service, url),
        ownSocket: (traceHeaders) =>
          new UpstreamSocket({
            ...settings,
            service,
            url,
            identityFor,
            traceHeaders,
            logger,
            onClosed: () => undefined,
          }),
        onOver() {
          streams.delete(id);
          options.onOver();
        },
      });
      streams.set(id, stream);
      return stream;
    },
  };
}

interface CarriedStreamParts extends CarriedStreamOptions {
  readonly id: string;
  readonly isAlone: () => boolean;
  readonly carrier: () => UpstreamSocket;
  readonly ownSocket: (traceHeaders: () => Readonly<Record<string, string>>) => UpstreamSocket;
}

/** One stream, on a carrier or, where there can be none, on a socket of its own. */
export class CarriedStream implements StreamUpstream {
  readonly #parts: CarriedStreamParts;
  #sink: UpstreamSink | undefined;
  #socket: UpstreamSocket | undefined;
  #isCarried = false;
  #over = false;

  constructor(parts: CarriedStreamParts) {
    this.#parts = parts;
  }

  start(sink: UpstreamSink): void {
    this.#sink = sink;
    if (this.#parts.isAlone()) {
      this.startAlone();
      return;
    }
    const { service, request, identityFor } = this.#parts;
    const identity = identityFor({ audience: service, place: placeOfCarried(request) });
    if (typeof identity === 'string') this.#startCarried(identity);
    else
      identity.then(
        (signed) => this.#startCarried(signed),
        (cause: unknown) =>
          this.abandon(raise('SUBGRAPH_UNAVAILABLE', { details: { serviceName: service }, cause })),
      );
  }

  /** On a socket of its own. */
  startAlone(): void {
    if (this.#over || !this.#sink) return;
    const { id, request, ownSocket } = this.#parts;
    this.#isCarried = false;
    this.#socket = ownSocket(() => request.extensions as Readonly<Record<string, string>>);
    this.#socket.subscribe(id, request, this.#sink);
  }

  pause(): void {
    this.#socket?.pause(this.#parts.id);
  }

  resume(): void {
    this.#socket?.resume(this.#parts.id);
  }

  unsubscribe(): void {
    if (this.#over) return;
    this.#socket?.unsubscribe(this.#parts.id);
    this.closed();
  }

  /** The service keeps the work resumable, and the client is told why it ends here. */
  abandon(error: AppError): void {
    if (this.#over) return;
    this.closed();
    this.#sink?.failed(error);
  }

  isClientGone(): boolean {
    return this.#parts.isClientGone();
  }

  /** Nobody listens any more. What the service still does for it, it may keep. */
  closed(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#isCarried) this.#socket?.lose(this.#parts.id);
    else if (this.#socket && !this.#socket.closed) this.#socket.terminate();
    this.#parts.onOver();
  }

  #startCarried(identity: string): void {
    if (this.#over || !this.#sink) return;
    const { id, request, carrier } = this.#parts;
    this.#isCarried = true;
    this.#socket = carrier();
    this.#socket.subscribe(id, { ...request, extensions: { ...request.extensions, identity } }, this.#sink);
  }
}
