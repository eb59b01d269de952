/**
 * POST /graphql: Apollo Server on a bare node:http. The identity is checked before the body is read, so a stranger
 * costs neither parsing nor memory. The signal aborts when the client's socket closes before its answer was sent.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { SpanKind } from '@opentelemetry/api';
import { raisePlatform } from '../errors.ts';
import { identityHeader } from '../identity.ts';
import type { IdentityVerifier } from '../identity-token.ts';
import type { Logger } from '../logging.ts';
import { currentTraceId, extractTrace, withSpan } from '../telemetry/tracing.ts';
import { formatError, statusOf } from './format-error.ts';
import { send } from './health.ts';
import type { InFlight, Ticket } from './in-flight.ts';
import { readJsonBody } from './read-body.ts';
import type { RequestContext } from './request-context.ts';

export interface GraphQLHttpOptions<Context extends RequestContext> {
  readonly apollo: ApolloServer<Context>;
  readonly identityVerifier: IdentityVerifier;
  readonly inFlight: InFlight;
  readonly makeContext: (request: RequestContext) => Context;
  readonly logger: Logger;
  readonly maxBodyBytes: number;
  readonly isDraining: () => boolean;
}

export function createGraphQLHttpHandler<Context extends RequestContext>(
  options: GraphQLHttpOptions<Context>,
) {
  const { apollo, identityVerifier, inFlight, makeContext, logger, maxBodyBytes, isDraining } = options;

  async function answer(request: IncomingMessage, response: ServerResponse, ticket: Ticket): Promise<void> {
    if (isDraining()) throw raisePlatform('SHUTTING_DOWN');
    const identityToken = singleHeader(request, identityHeader);
    if (!identityToken) throw raisePlatform('UNAUTHENTICATED');
    const identity = await identityVerifier.verify(identityToken);
    const body = await readJsonBody(request, maxBodyBytes);
    const result = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method ?? 'POST',
        headers: toHeaderMap(request),
        search: '',
        body,
      },
      context: async () =>
        makeContext({
          identity,
          identityToken,
          signal: ticket.signal,
          logger: logger.child({ tenant: identity.tenant }),
          traceId: currentTraceId(),
        }),
    });
    for (const [name, value] of result.headers) response.setHeader(name, value);
    response.statusCode = result.status ?? 200;
    if (result.body.kind === 'complete') response.end(result.body.string);
    else await pipeChunks(result.body.asyncIterator, response);
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const ticket = inFlight.open();
    response.once('close', () => {
      if (!response.writableFinished) ticket.abort('DISCONNECTED');
      ticket.close();
    });
    const parent = extractTrace(request.headers);
    await withSpan(
      'graphql.http',
      {},
      async () => {
        try {
          await answer(request, response, ticket);
        } catch (error) {
          refuse(request, response, error);
        }
      },
      { kind: SpanKind.SERVER, parent },
    );
  };

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) return void response.destroy();
    const formatted = formatError(error, { logger, traceId: currentTraceId() });
    // What is left of an unread body must not be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    send(
      response,
      statusOf(error),
      'application/json; charset=utf-8',
      JSON.stringify({ errors: [formatted] }),
    );
  }
}

async function pipeChunks(chunks: AsyncIterable<string>, response: ServerResponse): Promise<void> {
  for await (const chunk of chunks) response.write(chunk);
  response.end();
}

function toHeaderMap(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

function singleHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
