/**
 * A router's WebSocket to a service, frame by frame:
 *
 *   router --connection_init, its client's credentials--> here --connection_init, signed identity--> service
 *          <------------------------------- every other frame, as it is ------------------------------>
 *
 * Invariants: neither side is read faster than the other takes; a router that vanishes leaves the service's work resumable,
 * as a client that vanishes does; a key that is revoked or a token that is over ends the connection.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { webSocketPlace } from '@fathom/platform/identity-proof';
import type { TraceHeaders } from '@fathom/platform/telemetry/trace';
import { inTrace } from '@fathom/platform/telemetry/tracing';
import { SpanKind } from '@opentelemetry/api';
import { handleProtocols } from 'graphql-ws';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { credentialOfHeaders, credentialOfParams } from '../auth/credentials.ts';
import type { Principal } from '../auth/principal.ts';
import { onTokenExpiry } from '../auth/token-expiry.ts';
import { raise } from '../errors.ts';
import { type GatewayService, requirePrincipal } from '../transports/gateway-service.ts';

/** As the protocol of graphql-ws has them. */
const [badRequest, unauthorized, forbidden, initTimeout] = [4400, 4401, 4403, 4408];
/** As on the public port. */
const expired = forbidden;
const goingAway = 1001;
const badGateway = 1014;
/** From here on a side that does not take what it is sent holds back the other. */
const highWaterBytes = 256 * 1024;
const connectTimeoutMs = 5_000;

export const relayKeyHeader = 'x-fathom-relay-key';

export interface StreamTarget {
  readonly name: string;
  readonly url: string;
  /** The router's key came with the upgrade. Hive Router has no headers there: it sends them all in `connection_init`. */
  readonly isKnown: boolean;
}

export interface RelaySockets {
  handleUpgrade(target: StreamTarget, request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

export function createRelaySockets(
  service: GatewayService,
  isRouter: (key: unknown) => boolean,
): RelaySockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: service.maxBodyBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });

  return {
    handleUpgrade(target, request, socket, head) {
      // As it is now: who is connected keeps the limit that it came with.
      sockets.options.maxPayload = service.maxBodyBytes;
      sockets.handleUpgrade(request, socket, head, (router) =>
        serve(service, { target, request, router, isRouter }),
      );
    },
    async close() {
      const closed = new Promise<void>((resolve) => sockets.close(() => resolve()));
      for (const socket of sockets.clients) socket.close(goingAway, 'SHUTTING_DOWN');
      for (const socket of sockets.clients) setTimeout(() => socket.terminate(), 1_000).unref();
      await closed;
    },
  };
}

interface Relayed {
  readonly target: StreamTarget;
  readonly request: IncomingMessage;
  readonly router: WebSocket;
  readonly isRouter: (key: unknown) => boolean;
}

function serve(service: GatewayService, relayed: Relayed): void {
  const { router, request, target, isRouter } = relayed;
  const late = setTimeout(
    () => router.close(initTimeout, 'Connection initialisation timeout'),
    connectTimeoutMs,
  );
  router.on('error', (error) => service.logger.debug({ err: error }, "a router's WebSocket failed"));
  router.once('close', () => clearTimeout(late));
  router.once('message', (data) => {
    clearTimeout(late);
    // The protocol lets nothing come behind it before the service has acknowledged it.
    router.pause();
    const payload = payloadOfInit(data);
    const from = { ...request.headers, ...payload };
    const refuse = (code: number | undefined, why: unknown): void =>
      void inTrace(
        'relay.refuse',
        {},
        async (trace) => {
          const entrance = 'connection_init';
          const asked = { transport: 'relay', entrance, principal: undefined, trace } as const;
          const { reason } = service.refusals.record(asked, why);
          router.close(code, reason.code);
          router.resume();
        },
        { from, kind: SpanKind.INTERNAL },
      );
    if (!payload) {
      refuse(badRequest, raise('BAD_REQUEST', { because: 'the first message must be connection_init' }));
      return;
    }
    if (!target.isKnown && !isRouter(payload[relayKeyHeader])) {
      refuse(forbidden, raise('FORBIDDEN', { because: `\`${relayKeyHeader}\` is not the router's` }));
      return;
    }
    const inPayload = credentialOfParams(payload);
    const credential = inPayload.kind === 'none' ? credentialOfHeaders(request.headers) : inPayload;
    inTrace(
      'WS /subgraphs',
      { 'network.protocol.name': 'websocket' },
      async (trace) => {
        const principal = await requirePrincipal(service, credential);
        await connect(service, relayed, { principal, traceHeaders: trace.headers });
      },
      { from },
    ).catch((error: unknown) => refuse(unauthorized, error));
  });
}

interface Connecting {
  readonly principal: Principal;
  readonly traceHeaders: TraceHeaders;
}

async function connect(
  service: GatewayService,
  { target, router }: Relayed,
  { principal, traceHeaders }: Connecting,
): Promise<void> {
  const identity = await service.signer.sign(principal.identity, {
    audience: target.name,
    place: webSocketPlace,
  });
  if (router.readyState !== WebSocket.OPEN) return;
  const upstream = new WebSocket(target.url, 'graphql-transport-ws', {
    headers: traceHeaders,
    handshakeTimeout: connectTimeoutMs,
    perMessageDeflate: false,
    maxPayload: service.streams.maxEventBytes,
  });
  const stopWaiting = onTokenExpiry(principal, (error) => {
    upstream.terminate();
    router.close(expired, error.code);
  });
  const forget = service.clients.add({
    credential: principal.credential,
    revoke(error) {
      // By a goodbye, unlike a client that vanishes: what was started by this key is to end.
      upstream.close(1000);
      router.close(unauthorized, error.code);
    },
    drain: () => router.close(goingAway, 'SHUTTING_DOWN'),
  });
  upstream.on('open', () => {
    upstream.send(JSON.stringify({ type: 'connection_init', payload: { identity, ...traceHeaders } }));
    forward(router, upstream);
    router.resume();
  });
  upstream.on('error', (error) =>
    service.logger.warn({ err: error, subgraph: target.name }, 'a relayed stream lost its service'),
  );
  forward(upstream, router);
  upstream.once('close', (code, reason) => {
    router.close(isSendable(code) ? code : badGateway, reason.toString());
    router.resume();
  });
  router.once('close', (code) => {
    stopWaiting();
    forget();
    if (isSendable(code)) upstream.close(code === goingAway ? 1000 : code);
    else upstream.terminate();
  });
}

/** Every frame, and no faster than they are taken. */
function forward(from: WebSocket, to: WebSocket): void {
  from.on('message', (data: RawData, isBinary: boolean) => {
    if (to.readyState !== WebSocket.OPEN) return;
    to.send(data, { binary: isBinary }, () => {
      if (from.isPaused && to.bufferedAmount < highWaterBytes / 2) from.resume();
    });
    if (to.bufferedAmount > highWaterBytes) from.pause();
  });
}

/** 1005 and 1006 say that no code came, and are never sent. */
const isSendable = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || code >= 3000;

function payloadOfInit(data: RawData): Readonly<Record<string, unknown>> | undefined {
  try {
    const message = JSON.parse(String(data)) as { type?: unknown; payload?: unknown } | null;
    if (message?.type !== 'connection_init') return undefined;
    const { payload } = message;
    return typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {};
  } catch {
    return undefined;
  }
}
