/** POST /graphql: Apollo Server on a bare node:http. Each answer offers to take the next ones in frames (`../frames.ts`). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { framesHeader, framesVersion } from '../frames.ts';
import type { GraphQLAnswer } from './graphql-answer.ts';
import type { IdentifiedHandler } from './identified-http.ts';
import { readJsonBody } from './read-body.ts';

export interface GraphQLHttpOptions {
  readonly answer: GraphQLAnswer;
  readonly maxBodyBytes: number;
}

export function createGraphQLHttpHandler({ answer, maxBodyBytes }: GraphQLHttpOptions): IdentifiedHandler {
  return async ({ request, response, identity, confirm, signal }) => {
    const body = await readJsonBody(request, maxBodyBytes, confirm);
    const result = await answer({ headers: headersOf(request), body, identity, signal });
    for (const [name, value] of result.headers) response.setHeader(name, value);
    response.setHeader(framesHeader, framesVersion);
    response.statusCode = result.status ?? 200;
    if (result.body.kind === 'complete') response.end(result.body.string);
    else await pipeChunks(result.body.asyncIterator, response);
  };
}

async function pipeChunks(chunks: AsyncIterable<string>, response: ServerResponse): Promise<void> {
  for await (const chunk of chunks) response.write(chunk);
  response.end();
}

function* headersOf(request: IncomingMessage): Generator<readonly [string, string]> {
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) yield [name, Array.isArray(value) ? value.join(', ') : value];
}
