/**
 * POST and GET /graphql. Refused before the body is read: no credentials where they are needed, a bad key, a body too
 * large, a request that a page of another origin could forge. What is admitted is answered as JSON or as events.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Trace } from '@fathom/platform/telemetry/trace';
import { inTrace } from '@fathom/platform/telemetry/tracing';
import { entranceOf } from '../audit/entrance.ts';
import type { Asked } from '../audit/refusals.ts';
import { credentialOfRequest } from '../auth/credentials.ts';
import type { Principal } from '../auth/principal.ts';
import type { GatewayContext } from '../context.ts';
import { Departure, type Leaving } from '../departure.ts';
import { raise } from '../errors.ts';
import { jsonOf, readBounded } from '../http/read-json.ts';
import { graphqlBody, jsonType, sendRefusal } from '../http/send-refusal.ts';
import { budgetHeaders } from '../limits/budget-headers.ts';
import type { Charge } from '../limits/budgets.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import { parseRawOperation, parseSearch, type SentOperation } from '../operations/raw-operation.ts';
import { isRefusal } from '../operations/refusal.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { acceptsDeferredParts, sendParts } from './deferred-parts.ts';
import {
  createContext,
  executeInParts,
  executeOnce,
  type GatewayService,
  showsQueryPlan,
} from './gateway-service.ts';
import { acceptsMultipart, multipartFormat } from './multipart.ts';
import { answerInStream, refuseInStream, type StreamFormat } from './result-stream.ts';
import { acceptsEventStream, sseFormat } from './sse.ts';

export function createHttpTransport(service: GatewayService) {
  return (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const gone = new Departure();
    response.on('close', () => {
      if (!response.writableFinished) gone.abort('DISCONNECTED');
    });
    return inTrace(
      `${request.method} /graphql`,
      { 'http.request.method': request.method ?? '', 'url.path': '/graphql' },
      (trace) => answer(service, { request, response, url, signal: gone, trace }),
      { from: request.headers },
    );
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly signal: Leaving;
  readonly trace: Trace;
}

/** Never throws. One function for most of the way: each further one that awaits would cost every request. */
async function answer(service: GatewayService, exchange: Exchange): Promise<void> {
  const { request, response, signal, trace } = exchange;
  const { traceId } = trace;
  let principal: Principal | undefined;
  let admitted: AdmittedOperation | undefined;
  try {
    if (service.isDraining()) throw raise('SHUTTING_DOWN');
    const authenticated = service.authenticator.authenticate(credentialOfRequest(request));
    principal = authenticated instanceof Promise ? await authenticated : authenticated;
    if (!principal && !service.publicIntrospection) throw raise('UNAUTHENTICATED');
    const body = beginBody(service, request);
    const sent = body ? sentInBody(service, jsonOf(await body)) : parseSearch(exchange.url.searchParams);
    if ('batch' in sent) {
      await answerBatch(service, exchange, { operations: sent.batch, principal });
      return;
    }
    const snapshot = service.supergraph.current();
    const operation = await service.admission.admit(snapshot, {
      principal,
      sent: continuing(request, sent),
      traceId,
    });
    if (isRefusal(operation)) {
      refuse(service, exchange, { why: operation, principal });
      return;
    }
    admitted = operation;
    if (operation.kind === 'mutation' && request.method === 'GET')
      throw raise('BAD_REQUEST', { because: 'a mutation must be sent by POST' });
    setBudgetHeaders(response, operation.charge);
    const context = createContext(service, {
      principal,
      signal,
      trace,
      showsQueryPlan: showsQueryPlan(service, principal, request.headers),
    });
    const inPieces = answerInPieces(service, exchange, { snapshot, operation, context, principal });
    if (inPieces) {
      await inPieces;
      return;
    }
    refuseForgeable(request);
    const contentType = contentTypeOf(request);
    const record = service.operationLog.begin({ transport: 'http', principal, operation, traceId });
    await executeOnce(service, snapshot, {
      operation,
      context,
      record,
      deliver: (result) => sendJson(response, contentType, JSON.stringify(result)),
    });
  } catch (error) {
    refuse(service, exchange, { why: error, principal, operation: admitted });
  }
}

interface Refused extends Pick<Asked, 'principal' | 'operation'> {
  readonly why: unknown;
}

function refuse(
  service: GatewayService,
  { request, response, trace }: Exchange,
  { why, ...asked }: Refused,
): void {
  const { accept } = request.headers;
  if (brokeOff(service, response, why)) return;
  const format = streamFormatOf(accept);
  const transport = format?.transport ?? 'http';
  const entrance = entranceOf(request);
  const ofDocument = typeof why === 'object' && why !== null && isRefusal(why) ? why : undefined;
  // What concerns the request as a whole is told by its status; what concerns the document, in the stream.
  const isInStream = ofDocument?.status === 400 && format === sseFormat;
  const status = isInStream ? { status: 200 } : {};
  const refused = service.refusals.record({ transport, entrance, trace, ...status, ...asked }, why);
  if (isInStream) refuseInStream(response, refused, sseFormat);
  else
    sendRefusal(response, refused, {
      body: graphqlBody(refused),
      contentType: (ofDocument && mediaTypeFor(accept)) || jsonType,
    });
}

/** What has begun to go out cannot be refused any more: it ends, so that nobody takes it for whole. */
export function brokeOff({ logger }: GatewayService, response: ServerResponse, error: unknown): boolean {
  if (!response.headersSent) return false;
  response.destroy();
  logger.error({ err: error }, 'an answer broke off');
  return true;
}

/** As events, or in parts as they become ready; `undefined` if the answer goes out whole. */
function answerInPieces(
  service: GatewayService,
  { request, response, trace: { traceId } }: Exchange,
  { snapshot, operation, context, principal }: Admitted,
): Promise<void> | undefined {
  const { accept } = request.headers;
  const format = streamFormatOf(accept);
  // Multipart is named beside JSON, for subscriptions alone; who accepts events wants everything as events.
  if (format && (format === sseFormat || operation.kind === 'subscription'))
    return answerInStream(service, { response, snapshot, operation, context }, format);
  if (operation.kind === 'subscription') throw raise('OPERATION_NEEDS_STREAM');
  const parts = acceptsDeferredParts(accept)
    ? service.executor.executeInParts(snapshot, operation, context)
    : undefined;
  if (!parts) return undefined;
  refuseForgeable(request);
  const record = service.operationLog.begin({ transport: 'multipart', principal, operation, traceId });
  return sendParts(response, executeInParts(snapshot, parts, record), record);
}

/** EventSource sends again what it sent, with the id of the last event that it saw. */
function continuing({ headers }: IncomingMessage, sent: SentOperation): SentOperation {
  const lastEventId = headers['last-event-id'];
  if (typeof lastEventId !== 'string' || lastEventId === '' || !acceptsEventStream(headers.accept))
    return sent;
  return { ...sent, lastEventId };
}

function streamFormatOf(accept: string | undefined): StreamFormat | undefined {
  if (acceptsEventStream(accept)) return sseFormat;
  return acceptsMultipart(accept) ? multipartFormat : undefined;
}

/** `undefined` for a GET, which has none. */
function beginBody(
  { maxBodyBytes, bodyTimeoutMs }: GatewayService,
  request: IncomingMessage,
): Promise<Buffer> | undefined {
  if (request.method === 'GET') return undefined;
  if (request.method !== 'POST') throw raise('BAD_REQUEST', { because: 'send GET or POST' });
  const contentType = request.headers['content-type'];
  // Most say just that.
  if (contentType !== 'application/json' && !isJson(contentType))
    throw raise('BAD_REQUEST', { because: 'the content type must be application/json' });
  return readBounded(request, { maxBytes: maxBodyBytes, timeoutMs: bodyTimeoutMs });
}

function isJson(contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' || type === 'application/graphql+json';
}

/** One operation, or those of a batch. */
function sentInBody(
  { maxBatchOperations }: GatewayService,
  body: unknown,
): SentOperation | { readonly batch: readonly unknown[] } {
  if (!Array.isArray(body)) return parseRawOperation(body);
  if (body.length === 0 || body.length > maxBatchOperations)
    throw raise('BAD_REQUEST', { because: `a batch holds 1 to ${maxBatchOperations} operations` });
  return { batch: body };
}

interface Batch {
  readonly operations: readonly unknown[];
  readonly principal: Principal | undefined;
}

/** Each is admitted, counted and answered by itself; all at once, in their order. */
async function answerBatch(
  service: GatewayService,
  { request, response, signal, trace }: Exchange,
  { operations, principal }: Batch,
): Promise<void> {
  const contentType = contentTypeOf(request);
  const snapshot = service.supergraph.current();
  const { traceId } = trace;
  const asked = { transport: 'http', entrance: entranceOf(request), principal, trace, status: 200 } as const;
  async function answerOne(sent: unknown): Promise<string> {
    let admitted: AdmittedOperation | undefined;
    const refuse = (why: unknown): string =>
      graphqlBody(service.refusals.record({ ...asked, operation: admitted }, why));
    try {
      const operation = await service.admission.admit(snapshot, {
        principal,
        sent: parseRawOperation(sent),
        traceId,
      });
      if (isRefusal(operation)) return refuse(operation);
      admitted = operation;
      if (operation.kind === 'subscription') throw raise('OPERATION_NEEDS_STREAM');
      setBudgetHeaders(response, operation.charge);
      const context = createContext(service, { principal, signal, trace });
      const record = service.operationLog.begin({ transport: 'http', principal, operation, traceId });
      let answered = '';
      await executeOnce(service, snapshot, {
        operation,
        context,
        record,
        deliver(result) {
          answered = JSON.stringify(result);
          return Buffer.byteLength(answered);
        },
      });
      return answered;
    } catch (error) {
      return refuse(error);
    }
  }
  const answers = await Promise.all(operations.map(answerOne));
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(`[${answers.join()}]`);
}

interface Admitted {
  readonly snapshot: Snapshot;
  readonly operation: AdmittedOperation;
  readonly context: GatewayContext;
  readonly principal: Principal | undefined;
}

/** So many bytes. */
function sendJson(response: ServerResponse, contentType: string, body: string): number {
  const bytes = Buffer.byteLength(body);
  // Of known length, it leaves in one write instead of three chunks.
  const headers = ['content-type', contentType, 'content-length', bytes, 'cache-control', 'no-store'];
  response.writeHead(200, headers);
  response.end(body);
  return bytes;
}

/** Of a batch, the operation that was charged last says what is left. */
function setBudgetHeaders(response: ServerResponse, charge: Charge | undefined): void {
  if (!charge?.left) return;
  for (const [name, value] of Object.entries(budgetHeaders(charge.left))) response.setHeader(name, value);
}

/** A page of another origin cannot send one of these without the browser asking first. */
const preflightedHeaders = [
  'authorization',
  'x-api-key',
  'apollo-require-preflight',
  'x-apollo-operation-name',
];

/** A POST is none: its content type has to be one that browsers ask about. */
function refuseForgeable({ method, headers }: IncomingMessage): void {
  if (method === 'GET' && !preflightedHeaders.some((name) => headers[name] !== undefined))
    throw raise('BAD_REQUEST', {
      because: `a page of another origin could have sent this: add one of the headers ${preflightedHeaders.join(', ')}`,
    });
}

const graphqlType = 'application/graphql-response+json; charset=utf-8';

function contentTypeOf(request: IncomingMessage): string {
  const contentType = mediaTypeFor(request.headers.accept);
  if (contentType) return contentType;
  throw raise('NOT_ACCEPTABLE', { because: 'accept application/json or application/graphql-response+json' });
}

/** As the GraphQL over HTTP specification has it; `undefined` if the client takes neither. */
function mediaTypeFor(accept: string | undefined): string | undefined {
  if (accept === undefined || accept === '') return jsonType;
  const types = accept.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  if (types.includes('application/graphql-response+json')) return graphqlType;
  return types.some((type) => type === 'application/json' || type === 'application/*' || type === '*/*')
    ? jsonType
    : undefined;
}
