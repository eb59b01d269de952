/**
 * What in an answer does not fit the operation it answers: the answer is executed again by graphql-js, with itself as
 * the data. Whatever the schema does not allow is an error there that is none in the answer, and what stands in another
 * order comes out in the right one.
 */
import {
  type DocumentNode,
  executeSync,
  type FormattedExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';

const byResponseName: GraphQLFieldResolver<Record<string, unknown>, unknown> = (
  source,
  _args,
  _context,
  info,
) => source[String(info.path.key)];

export function misfitsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  variableValues: Readonly<Record<string, unknown>>,
  { data, errors }: FormattedExecutionResult,
): string[] {
  const misfits: string[] = [];
  for (const { message, extensions } of errors ?? [])
    if (extensions?.['code'] === 'INTERNAL_SERVER_ERROR' || typeof message !== 'string')
      misfits.push(`an error without a cause: ${message}`);
  if (data === null || data === undefined) {
    if (!errors?.length) misfits.push('neither data nor an error');
    return misfits;
  }
  const again = executeSync({
    schema,
    document,
    variableValues,
    rootValue: data,
    fieldResolver: byResponseName,
    typeResolver: typeNameOf,
  });
  // An object whose type the answer does not show cannot be held to any.
  for (const { message, path } of again.errors ?? [])
    if (!message.includes('must resolve to an Object type'))
      misfits.push(`${path?.join('.') ?? ''}: ${message}`);
  if (misfits.length === 0 && !again.errors && keysOf(again.data) !== keysOf(data))
    misfits.push(`in another order: ${JSON.stringify(again.data)}`);
  return misfits;
}

function keysOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(keysOf).join()}]`;
  if (typeof value !== 'object' || value === null) return '';
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}:${keysOf(inner)}`)
    .join()}}`;
}

/**
 * Errors at values that are there, and errors of fetches at places that nobody asked for. An error of a fetch is at the
 * object that lacks what was to be fetched; an error of a service may be at a key that only the gateway asked for.
 */
export function baselessErrors({ data, errors }: FormattedExecutionResult): string[] {
  return (errors ?? []).flatMap(({ message, path, extensions }) => {
    let value: unknown = data;
    for (const key of path ?? []) {
      if (typeof value !== 'object' || value === null) return [];
      value = (value as Record<string | number, unknown>)[key];
    }
    const isBase =
      typeof value === 'object' || (value === undefined && extensions?.['code'] !== 'SUBGRAPH_UNAVAILABLE');
    return isBase ? [] : [`an error at ${path?.join('.')}, where there is ${value}: ${message}`];
  });
}

function typeNameOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && '__typename' in value
    ? String((value as { __typename: unknown }).__typename)
    : undefined;
}
