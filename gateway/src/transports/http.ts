/**
 * POST and GET /graphql. Refused before the body is read: no credentials where they are needed, a bad key, a body too
 * large. What is admitted goes to Apollo Server (JSON) or becomes server-sent events.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';
import { AppError } from '@fathom/platform/errors';
import { readJsonBody } from '@fathom/platform/server/read-body';
import { currentTraceId, extractTrace, withSpan } from '@fathom/platform/telemetry/tracing';
import { SpanKind } from '@opentelemetry/api';
import { credentialOfHeaders } from '../auth/credentials.ts';
import type { Principal } from '../auth/principal.ts';
import type { GatewayContext } from '../context.ts';
import { raise } from '../errors.ts';
import { outcomeOf } from '../observability/operation-log.ts';
import { formatExecutionError } from '../operations/format-result.ts';
import type { AdmittedOperation, RawOperation } from '../operations/prepare.ts';
import { parseRawOperation, parseSearch } from '../operations/raw-operation.ts';
import { isRefusal, type Refusal, refusal } from '../operations/refusal.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { createContext, type GatewayService } from './gateway-service.ts';
import { acceptsEventStream, answerAsEvents, refuseAsEvents } from './sse.ts';

export function createHttpTransport(service: GatewayService) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort('DISCONNECTED'));
    await withSpan(
      `${request.method} /graphql`,
      { 'http.request.method': request.method ?? '', 'url.path': url.pathname },
      async () => {
        try {
          await answer(service, { request, response, url, signal: gone.signal });
        } catch (error) {
          sendUnexpected(service, response, error);
        }
      },
      { kind: SpanKind.SERVER, parent: extractTrace(request.headers) },
    );
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly signal: AbortSignal;
}

async function answer(service: GatewayService, exchange: Exchange): Promise<void> {
  const { request, response, signal } = exchange;
  if (service.isDraining()) throw raise('SHUTTING_DOWN');
  const principal = await service.authenticator.authenticate(credentialOfHeaders(request.headers));
  if (!principal && !service.publicIntrospection) throw raise('UNAUTHENTICATED');
  const raw = await readOperation(service, exchange);
  const snapshot = service.supergraph.current();
  const operation = await service.admission.admit(snapshot, principal, raw);
  const wantsEvents = acceptsEventStream(request.headers.accept);

  if (isRefusal(operation)) {
    service.operationLog.begin('http', principal, undefined).end(outcomeOf(operation.errors));
    // What concerns the request as a whole is told by its status; what concerns the document, in the stream.
    return wantsEvents && operation.status === 400
      ? refuseAsEvents(response, operation)
      : sendRefusal(response, operation);
  }
  if (operation.kind === 'mutation' && request.method === 'GET')
    throw raise('BAD_REQUEST', { because: 'a mutation must be sent by POST' });
  const context = createContext(service, { principal, signal, traceId: currentTraceId() });
  if (wantsEvents) return answerAsEvents(service, { response, snapshot, operation, context });
  if (operation.kind === 'subscription') throw raise('OPERATION_NEEDS_STREAM');
  await answerAsJson(service, exchange, { snapshot, operation, context, principal });
}

async function readOperation(
  { maxBodyBytes }: GatewayService,
  { request, url }: Exchange,
): Promise<RawOperation> {
  if (request.method === 'GET') return parseSearch(url.searchParams);
  if (request.method !== 'POST') throw raise('BAD_REQUEST', { because: 'send GET or POST' });
  const contentType = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (contentType !== 'application/json' && contentType !== 'application/graphql+json')
    throw raise('BAD_REQUEST', { because: 'the content type must be application/json' });
  return parseRawOperation(await readJsonBody(request, maxBodyBytes));
}

interface Admitted {
  readonly snapshot: Snapshot;
  readonly operation: AdmittedOperation;
  readonly context: GatewayContext;
  readonly principal: Principal | undefined;
}

/** Apollo Server negotiates the media type, refuses what a page of another origin could forge, and executes. */
async function answerAsJson(
  service: GatewayService,
  { request, response }: Exchange,
  { snapshot, operation, context, principal }: Admitted,
): Promise<void> {
  const record = service.operationLog.begin('http', principal, operation);
  snapshot.retain();
  try {
    const result = await snapshot.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: headerMapOf(request),
        search: '',
        body: {
          query: operation.query,
          variables: operation.variables,
          ...(operation.operationName === undefined ? {} : { operationName: operation.operationName }),
        },
      },
      context: async () => context,
    });
    for (const [name, value] of result.headers) response.setHeader(name, value);
    response.statusCode = result.status ?? 200;
    if (result.body.kind !== 'complete')
      throw raise('INTERNAL_SERVER_ERROR', { because: 'an incremental result' });
    response.end(result.body.string);
    record.end(outcomeOfBody(result.body.string));
  } catch (error) {
    record.end('INTERNAL_SERVER_ERROR');
    throw error;
  } finally {
    snapshot.release();
  }
}

/** Apollo writes errors first, so an answer without any is known by its beginning. */
function outcomeOfBody(body: string): string {
  if (!body.startsWith('{"errors":')) return 'OK';
  return outcomeOf((JSON.parse(body) as { errors: { extensions?: Record<string, unknown> }[] }).errors);
}

function headerMapOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  return headers;
}

function sendRefusal(response: ServerResponse, { errors, status, headers }: Refusal): void {
  const body = JSON.stringify({ errors: errors.map((error) => error.toJSON()) });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
    // The rest of a body that is too large will not be read, so the connection cannot be used again.
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(body);
}

export function sendUnexpected(service: GatewayService, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    service.logger.error({ err: error }, 'an answer broke off');
    return;
  }
  if (error instanceof AppError) {
    service.operationLog.begin('http', undefined, undefined).end(error.code);
    sendRefusal(response, refusal(error));
    return;
  }
  const formatted = formatExecutionError(error, { traceId: currentTraceId(), logger: service.logger });
  response.writeHead(500, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ errors: [formatted] }));
}
