/** What Apollo Server answers to one operation, whichever way it came. */
import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { Identity } from '../identity.ts';
import type { Logger } from '../logging.ts';
import { currentTraceId } from '../telemetry/tracing.ts';
import type { RequestContext } from './request-context.ts';

export interface GraphQLAnswerOptions<Context extends RequestContext> {
  readonly apollo: ApolloServer<Context>;
  readonly makeContext: (request: RequestContext) => Context;
  readonly logger: Logger;
}

export interface GraphQLQuestion {
  readonly headers: Iterable<readonly [name: string, value: string]>;
  /** Parsed, and confirmed to be what was signed. */
  readonly body: unknown;
  readonly identity: Identity;
  readonly signal: AbortSignal;
}

export type GraphQLAnswer = (question: GraphQLQuestion) => Promise<HTTPGraphQLResponse>;

export function createGraphQLAnswer<Context extends RequestContext>({
  apollo,
  makeContext,
  logger,
}: GraphQLAnswerOptions<Context>): GraphQLAnswer {
  return ({ headers, body, identity, signal }) => {
    const map = new HeaderMap();
    for (const [name, value] of headers) map.set(name, value);
    return apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers: map, search: '', body },
      context: async () =>
        makeContext({
          identity,
          signal,
          logger: logger.child({ tenant: identity.tenant }),
          traceId: currentTraceId(),
        }),
    });
  };
}
