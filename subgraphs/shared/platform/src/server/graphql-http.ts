/** POST /graphql: Apollo Server on a bare node:http. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { Logger } from '../logging.ts';
import { currentTraceId } from '../telemetry/tracing.ts';
import type { IdentifiedHandler } from './identified-http.ts';
import { readJsonBody } from './read-body.ts';
import type { RequestContext } from './request-context.ts';

export interface GraphQLHttpOptions<Context extends RequestContext> {
  readonly apollo: ApolloServer<Context>;
  readonly makeContext: (request: RequestContext) => Context;
  readonly logger: Logger;
  readonly maxBodyBytes: number;
}

export function createGraphQLHttpHandler<Context extends RequestContext>({
  apollo,
  makeContext,
  logger,
  maxBodyBytes,
}: GraphQLHttpOptions<Context>): IdentifiedHandler {
  return async ({ request, response, identity, confirm, signal }) => {
    const body = await readJsonBody(request, maxBodyBytes, confirm);
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
          signal,
          logger: logger.child({ tenant: identity.tenant }),
          traceId: currentTraceId(),
        }),
    });
    for (const [name, value] of result.headers) response.setHeader(name, value);
    response.statusCode = result.status ?? 200;
    if (result.body.kind === 'complete') response.end(result.body.string);
    else await pipeChunks(result.body.asyncIterator, response);
  };
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
