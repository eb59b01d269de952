/**
 * Bytes too large for an operation, on their way to the service that takes them:
 *
 *     client --PUT /uploads/<service>/…?offset=n--> gateway --PUT /uploads/…?offset=n--> service
 *
 * A chunk passes as it comes: what the service has not taken yet is not read from the client, so a chunk costs the gateway
 * no more memory than the buffers of two sockets. It is sealed on the way, frame by frame, so that the service knows each byte to
 * be what came in here. Whoever sends it is admitted as for an operation; what the chunk means,
 * and to whom it belongs, is known by the service alone.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Readable, Transform } from 'node:stream';
import { sealing } from '@fathom/platform/body-seal';
import { AppError } from '@fathom/platform/errors';
import { identityHeader } from '@fathom/platform/identity';
import type { Trace } from '@fathom/platform/telemetry/trace';
import { inTrace } from '@fathom/platform/telemetry/tracing';
import type { FormattedExecutionResult } from 'graphql';
import { Agent, type Dispatcher, errors } from 'undici';
import { entranceOf } from '../audit/entrance.ts';
import { credentialOfRequest } from '../auth/credentials.ts';
import type { Principal } from '../auth/principal.ts';
import type { GatewayContext } from '../context.ts';
import { abortSignalOf } from '../departure.ts';
import { raise } from '../errors.ts';
import { graphqlBody, jsonType, type RefusalForm, sendRefusal } from '../http/send-refusal.ts';
import { createContext, type GatewayService, requirePrincipal } from '../transports/gateway-service.ts';
import { appErrorOf } from '../transports/graph-calls.ts';
import { brokeOff } from '../transports/http.ts';
import type { UploadSettings } from './upload-settings.ts';

export interface UploadRelay {
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
  /** A whole chunk, on behalf of a client that speaks another protocol. `path` as the graph gave it. Throws AppError. */
  put(path: string, bytes: Uint8Array, context: GatewayContext): Promise<void>;
  /** What a service has under its own `path`, as it comes; to be read to its end or destroyed. Throws AppError. */
  get(service: string, path: string, context: GatewayContext): Promise<Download>;
  readonly maxChunkBytes: number;
  readonly patienceMs: number;
  close(): Promise<void>;
}

export interface Download {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

const pathPattern = /^\/uploads\/([a-z-]{1,50})(\/[\w/-]{1,200})$/;
const relayedHeaders = ['content-type', 'upload-offset', 'upload-length'] as const;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly signal: AbortSignal;
  readonly trace: Trace;
  /** Who sends it, once that is known. */
  readonly known: { principal: Principal | undefined };
}

interface Target {
  readonly service: string;
  readonly origin: string;
  readonly path: string;
}

export function createUploadRelay(
  service: GatewayService,
  { maxChunkBytes, patienceMs }: UploadSettings,
): UploadRelay {
  const agent = new Agent({
    connections: 64,
    pipelining: 1,
    connectTimeout: 5_000,
    headersTimeout: patienceMs,
    bodyTimeout: patienceMs,
  });

  async function relay(exchange: Exchange): Promise<void> {
    const { request, response, url } = exchange;
    const line = service.requestLog.begin(exchange);
    const context = await admit(service, exchange);
    if (context.principal) line.by(context.principal);
    const target = targetOf(service, url);
    const { method } = request;
    if (method !== 'PUT' && method !== 'HEAD') throw raise('BAD_REQUEST', { because: 'send PUT or HEAD' });
    if (Number(request.headers['content-length'] ?? 0) > maxChunkBytes) throw tooLarge(maxChunkBytes);
    const body = method === 'PUT' ? bounded(request, maxChunkBytes) : null;
    const answer = await ask(service, agent, { target, method, context, body });
    // An answer that comes before the chunk has passed would be lost with the connection.
    if (body) await drained(request);
    for (const name of relayedHeaders) {
      const value = answer.headers[name];
      if (value !== undefined) response.setHeader(name, value);
    }
    const text = await answer.body.text();
    if (!request.complete) response.setHeader('connection', 'close');
    if (answer.statusCode >= 400) {
      refuse(exchange, refusalOf(answer.statusCode, text), {
        status: answer.statusCode,
        body: text,
        contentType: String(answer.headers['content-type'] ?? jsonType),
      });
      return;
    }
    if (body) recordChunk(exchange);
    response.writeHead(answer.statusCode, { 'cache-control': 'no-store' });
    response.end(text);
  }

  function recordChunk({ request, trace: { traceId }, known: { principal } }: Exchange): void {
    const from = { transport: 'uploads', entrance: entranceOf(request), principal, traceId } as const;
    service.trail.record({ kind: 'MUTATION', ...from, operation: undefined, outcome: 'OK' });
  }

  /** `as`: what the service has refused goes to the client in the service's words. */
  function refuse({ request, response, trace, known }: Exchange, why: unknown, as?: RefusalForm): void {
    const status = as?.status === undefined ? {} : { status: as.status };
    const asked = {
      transport: 'uploads',
      entrance: entranceOf(request),
      trace,
      ...status,
      ...known,
    } as const;
    const refused = service.refusals.record(asked, why);
    sendRefusal(response, refused, as ?? { body: graphqlBody(refused) });
  }

  return {
    async handle(request, response, url) {
      const gone = new AbortController();
      response.once('close', () => gone.abort('DISCONNECTED'));
      // A client that sends nothing for so long holds a connection to the service for nothing.
      request.setTimeout(patienceMs, () => request.destroy());
      await inTrace(
        `${request.method} /uploads`,
        { 'http.request.method': request.method ?? '', 'url.path': url.pathname },
        async (trace) => {
          const exchange: Exchange = {
            request,
            response,
            url,
            signal: gone.signal,
            trace,
            known: { principal: undefined },
          };
          try {
            await relay(exchange);
          } catch (error) {
            if (response.destroyed || brokeOff(service, response, error)) return;
            if (!request.complete) response.setHeader('connection', 'close');
            refuse(exchange, error);
          } finally {
            request.setTimeout(0);
          }
        },
        { from: request.headers },
      );
    },
    async put(path, bytes, context) {
      const target = targetOf(service, new URL(path, 'http://gateway'));
      const answer = await ask(service, agent, {
        target,
        method: 'PUT',
        context,
        body: Readable.from([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)]),
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw refusalIn(text);
    },
    async get(name, path, context) {
      const target = { service: name, origin: originOf(service, name), path };
      const answer = await ask(service, agent, { target, method: 'GET', context, body: null });
      if (answer.statusCode !== 200) throw refusalIn(await answer.body.text());
      return answer;
    },
    maxChunkBytes,
    patienceMs,
    close: () => agent.destroy(),
  };
}

/** Services refuse bytes as they refuse an operation. */
function refusalIn(text: string): AppError {
  try {
    const { errors: found } = JSON.parse(text) as Pick<FormattedExecutionResult, 'errors'>;
    return appErrorOf(found?.[0]);
  } catch (cause) {
    return raise('SUBGRAPH_BAD_ANSWER', { because: 'what it refused it did not refuse in JSON', cause });
  }
}

/** By its code, or by its status where it has no words: a HEAD has none. */
function refusalOf(status: number, text: string): AppError {
  const told = refusalIn(text);
  if (told.code !== 'SUBGRAPH_BAD_ANSWER') return told;
  return raise(status === 404 ? 'NOT_FOUND' : status === 403 ? 'FORBIDDEN' : 'BAD_REQUEST');
}

async function admit(
  service: GatewayService,
  { request, signal, trace, known }: Exchange,
): Promise<GatewayContext> {
  if (service.isDraining()) throw raise('SHUTTING_DOWN');
  const principal = await requirePrincipal(service, credentialOfRequest(request));
  known.principal = principal;
  await service.admission.admitCaller(principal);
  return createContext(service, { principal, signal, trace });
}

/** The service by the path's first part, at the URL that its part of the graph has. */
function targetOf(gateway: GatewayService, { pathname, search }: URL): Target {
  const [, name, rest] = pathPattern.exec(pathname) ?? [];
  if (name === undefined) throw raise('NOT_FOUND', { because: pathname });
  return { service: name, origin: originOf(gateway, name), path: `/uploads${rest}${search}` };
}

function originOf({ supergraph }: GatewayService, name: string): string {
  const { services } = supergraph.current();
  const found = Object.hasOwn(services, name) ? services[name] : undefined;
  if (found?.kind !== 'remote') throw raise('NOT_FOUND', { because: `no service ${name}` });
  return found.endpoint.graphql.origin;
}

interface Question {
  readonly target: Target;
  readonly method: 'PUT' | 'HEAD' | 'GET';
  readonly context: GatewayContext;
  readonly body: Readable | null;
}

async function ask(
  { signer }: GatewayService,
  agent: Agent,
  { target, method, context, body }: Question,
): Promise<Dispatcher.ResponseData> {
  const identity = await context.identityFor({
    audience: target.service,
    place: `${method} /${target.path.slice(1)}`,
  });
  const sealed = body && sealing(signer.sealFor(identity));
  if (sealed)
    pipeline(body, sealed, () => {
      // Whichever of the two ends early is destroyed, and its error told below.
    });
  try {
    return await agent.request({
      origin: target.origin,
      path: target.path,
      method,
      headers: {
        [identityHeader]: identity,
        ...context.traceHeaders(),
      },
      body: sealed,
      signal: abortSignalOf(context.signal),
    });
  } catch (cause) {
    // Its own limit; any other error of it is that of the connection.
    if (body?.errored instanceof AppError) throw body.errored;
    const details = { serviceName: target.service };
    const isSlow = cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError;
    throw raise(isSlow ? 'SUBGRAPH_TIMEOUT' : 'SUBGRAPH_UNAVAILABLE', {
      because: target.service,
      details,
      cause,
    });
  }
}

/** Passes on what comes, and breaks off, here and at the service, at the first byte too many. */
function bounded(request: IncomingMessage, maxBytes: number): Transform {
  let passed = 0;
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed > maxBytes) done(tooLarge(maxBytes));
      else done(null, chunk);
    },
  });
  // Whoever sends it on is told of it, too.
  body.on('error', () => {});
  // A client that is cut off in the middle: the service sees its connection cut, too, and keeps what came.
  request.once('error', (error) => body.destroy(error));
  request.once('aborted', () => body.destroy(new Error('the client was cut off')));
  return request.pipe(body);
}

const tooLarge = (maxBytes: number) =>
  raise('PAYLOAD_TOO_LARGE', { because: `a chunk has at most ${maxBytes} bytes`, details: { maxBytes } });

async function drained(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  request.unpipe();
  request.resume();
  await new Promise<void>((resolve) => {
    request.once('end', resolve);
    request.once('close', resolve);
  });
}
