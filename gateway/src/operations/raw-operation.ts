/** What a client sent, checked for shape only. Throws BAD_REQUEST. */
import { z } from 'zod';
import { raise } from '../errors.ts';
import type { RawOperation } from './operation.ts';

/** The text may be left out for its hash in `extensions`. */
export interface SentOperation extends Omit<RawOperation, 'query'> {
  readonly query: string | undefined;
}

const requestSchema = z.object({
  query: z.string({ error: 'must be a text' }).nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

export function parseRawOperation(request: unknown): SentOperation {
  if (Array.isArray(request)) throw raise('BAD_REQUEST', { because: 'send one operation here' });
  if (isQueryAlone(request))
    return { query: request.query, operationName: undefined, variables: undefined, extensions: undefined };
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw raise('BAD_REQUEST', { because: `\`${issue?.path.join('.') || 'body'}\` ${issue?.message}` });
  }
  const { query, operationName, variables, extensions } = parsed.data;
  // graphql-ws demands a text, so a client that has only the hash sends an empty one.
  if (!query && extensions?.['persistedQuery'] == null)
    throw raise('BAD_REQUEST', { because: '`query` must be a text' });
  return {
    query: query || undefined,
    operationName: operationName || undefined,
    variables: variables ?? undefined,
    extensions: extensions ?? undefined,
  };
}

/** Most are; the others are worth a schema, which costs each request 4 us. */
function isQueryAlone(request: unknown): request is { readonly query: string } {
  if (typeof request !== 'object' || request === null) return false;
  for (const name in request) if (name !== 'query') return false;
  const { query } = request as { readonly query?: unknown };
  return typeof query === 'string' && query !== '';
}

/** Of a GET: `?query=…&variables={…}&operationName=…`. */
export function parseSearch(search: URLSearchParams): SentOperation {
  const json = (name: string): unknown => {
    const text = search.get(name);
    if (text === null || text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw raise('BAD_REQUEST', { because: `\`${name}\` is not JSON`, cause });
    }
  };
  return parseRawOperation({
    query: search.get('query') ?? undefined,
    operationName: search.get('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  });
}
