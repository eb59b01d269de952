/**
 * For a router that plans and executes in the gateway's place: the subgraphs as it may reach them.
 *
 *   client --> router --> POST, WS /subgraphs/<service>/graphql --> service
 *                         credentials in                            signed identity out
 *
 * Services accept nothing but an identity that was signed for the very request it came with, and a router signs none. It
 * passes on the client's key or token; here it becomes an identity, as on the public port. What is specific to this
 * process's own subgraphs is answered here, too.
 *
 * Whoever reaches this port asks services directly, past every limit on operations: it listens apart from the public one,
 * and knows the router by a key that both have.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@fathom/platform/errors';
import { identityHeader } from '@fathom/platform/identity';
import { graphqlPlace } from '@fathom/platform/identity-proof';
import { InFlight } from '@fathom/platform/server/in-flight';
import { listen } from '@fathom/platform/server/listen';
import type { Trace } from '@fathom/platform/telemetry/trace';
import { inTrace } from '@fathom/platform/telemetry/tracing';
import { Agent, type Dispatcher, errors } from 'undici';
import { entranceOf } from '../audit/entrance.ts';
import { credentialOfHeaders } from '../auth/credentials.ts';
import type { Principal } from '../auth/principal.ts';
import type { GatewayContext } from '../context.ts';
import { raise } from '../errors.ts';
import { jsonOf, readBounded } from '../http/read-json.ts';
import { graphqlBody, sendRefusal } from '../http/send-refusal.ts';
import { parseRawOperation, type SentOperation } from '../operations/raw-operation.ts';
import type { Service } from '../subgraphs/services.ts';
import { subgraphOperation } from '../subgraphs/subgraph.ts';
import { createContext, type GatewayService, requirePrincipal } from '../transports/gateway-service.ts';
import { brokeOff } from '../transports/http.ts';
import { refuseUpgrade } from '../transports/refuse-upgrade.ts';
import type { RelaySettings } from './relay-settings.ts';
import { createRelaySockets, relayKeyHeader } from './relay-socket.ts';

export interface SubgraphRelay {
  readonly url: string;
  close(): Promise<void>;
}

export interface RelayOptions {
  readonly service: GatewayService;
  readonly settings: RelaySettings;
  /** How long a service may be silent. */
  readonly answerTimeoutMs: number;
  readonly drainTimeoutMs: number;
}

export interface RelayedService {
  readonly name: string;
  readonly service: Service;
}

const pathPattern = /^\/subgraphs\/([\w-]{1,50})\/graphql$/;

export async function startSubgraphRelay(options: RelayOptions): Promise<SubgraphRelay> {
  const { service, settings } = options;
  const inFlight = new InFlight();
  const agent = new Agent({
    connections: 256,
    pipelining: 1,
    headersTimeout: options.answerTimeoutMs,
    bodyTimeout: options.answerTimeoutMs,
  });
  const isRouter = (key: unknown): boolean => isSame(key, settings.key);
  const sockets = createRelaySockets(service, isRouter);

  /** Throws AppError. */
  function targetOf(request: IncomingMessage): RelayedService {
    const { pathname } = new URL(request.url ?? '/', 'http://relay');
    const name = pathPattern.exec(pathname)?.[1];
    const { services } = service.supergraph.current();
    const found = name !== undefined && Object.hasOwn(services, name) ? services[name] : undefined;
    if (!name || !found) throw raise('NOT_FOUND', { because: pathname });
    return { name, service: found };
  }

  /** Throws AppError. */
  function requireRouter(key: unknown): void {
    if (!isRouter(key)) throw raise('FORBIDDEN', { because: `\`${relayKeyHeader}\` is not the router's` });
  }

  async function answer({ request, response, signal, trace, known }: Asking): Promise<void> {
    if (service.isDraining()) throw raise('SHUTTING_DOWN');
    const target = targetOf(request);
    requireRouter(request.headers[relayKeyHeader]);
    if (request.method !== 'POST') throw raise('BAD_REQUEST', { because: 'send POST' });
    const principal = await requirePrincipal(service, credentialOfHeaders(request.headers));
    known.principal = principal;
    const body = await readBounded(request, {
      maxBytes: service.maxBodyBytes,
      timeoutMs: service.bodyTimeoutMs,
    });
    const context = createContext(service, { principal, signal, trace });
    const local = target.service.kind === 'local' && {
      subgraph: target.service.subgraph,
      asked: parseRawOperation(jsonOf(body)),
    };
    // What the operation is knows the router; who asked, the log here.
    const record = service.operationLog.begin({
      transport: 'relay',
      principal,
      operation: undefined,
      traceId: trace.traceId,
    });
    try {
      await (local
        ? answerHere(local, { context, response })
        : passOn(agent, target, { body: body.toString(), context, request, response }));
      record.end('OK');
    } catch (error) {
      record.end(error instanceof AppError ? error.code : 'disconnected');
      throw service.refusals.told(record, error);
    }
  }

  const server = createServer((request, response) => {
    const ticket = inFlight.open();
    const gone = new AbortController();
    response.once('close', () => {
      ticket.close();
      gone.abort('DISCONNECTED');
    });
    const known: Asking['known'] = { principal: undefined };
    void inTrace(
      `${request.method} /subgraphs`,
      { 'http.request.method': request.method ?? '' },
      (trace) =>
        answer({ request, response, signal: gone.signal, trace, known }).catch((error: unknown) => {
          if (response.destroyed || brokeOff(service, response, error)) return;
          const asked = { transport: 'relay', entrance: entranceOf(request), trace, ...known } as const;
          const refused = service.refusals.record(asked, error);
          sendRefusal(response, refused, { body: graphqlBody(refused) });
        }),
      { from: request.headers },
    );
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    try {
      if (service.isDraining()) throw raise('SHUTTING_DOWN');
      const { name, service: target } = targetOf(request);
      const key = request.headers[relayKeyHeader];
      if (key !== undefined) requireRouter(key);
      if (target.kind === 'local') throw raise('NOT_FOUND', { because: `${name} streams nothing` });
      const isKnown = key !== undefined;
      sockets.handleUpgrade({ name, url: target.endpoint.stream, isKnown }, request, socket, head);
    } catch (error) {
      refuseUpgrade(service, { request, socket, transport: 'relay' }, error);
    }
  });
  const port = await listen(server, settings);

  return {
    url: `http://${settings.host}:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await sockets.close();
      await inFlight.settle(options.drainTimeoutMs);
      server.closeAllConnections();
      await closed;
      await agent.destroy();
    },
  };
}

interface Asking {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
  readonly trace: Trace;
  /** Who asks, once that is known. */
  readonly known: { principal: Principal | undefined };
}

interface Exchange {
  readonly context: GatewayContext;
  readonly response: ServerResponse;
}

interface LocalCall {
  readonly subgraph: Extract<Service, { kind: 'local' }>['subgraph'];
  readonly asked: SentOperation;
}

/** A subgraph of this process: parsed, because it is asked by calls. */
async function answerHere({ subgraph, asked }: LocalCall, { context, response }: Exchange): Promise<void> {
  const { query = '', operationName, variables = {} } = asked;
  const operation = subgraphOperation(query, operationName);
  const answer = await subgraph.ask(operation, JSON.stringify(variables), context);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(answer));
}

/** The bytes as they came, in both directions. */
async function passOn(
  agent: Agent,
  { name, service }: RelayedService,
  {
    body,
    context,
    request,
    response,
  }: Exchange & {
    readonly body: string;
    readonly request: IncomingMessage;
  },
): Promise<void> {
  if (service.kind !== 'remote') return;
  const { origin, pathname } = service.endpoint.graphql;
  let answer: Dispatcher.ResponseData;
  try {
    answer = await agent.request({
      origin,
      path: pathname,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: request.headers.accept ?? 'application/json',
        [identityHeader]: await context.identityFor({ audience: name, place: graphqlPlace, body }),
        ...context.traceHeaders(),
      },
      body,
      signal: context.signal,
    });
  } catch (cause) {
    const isSlow = cause instanceof errors.HeadersTimeoutError;
    throw raise(isSlow ? 'SUBGRAPH_TIMEOUT' : 'SUBGRAPH_UNAVAILABLE', {
      because: name,
      details: { serviceName: name },
      cause,
    });
  }
  response.writeHead(answer.statusCode, {
    'content-type': answer.headers['content-type'] ?? 'application/json; charset=utf-8',
  });
  await pipeline(answer.body, response);
}

/** In a time that does not tell how much of the key was right. */
function isSame(given: unknown, key: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(key));
}
