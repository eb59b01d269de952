/**
 * What in an answer does not fit the operation it answers: the answer is executed again by graphql-js, with itself as
 * the data. Whatever the schema does not allow is an error there that is none in the answer.
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
  return misfits;
}

function typeNameOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && '__typename' in value
    ? String((value as { __typename: unknown }).__typename)
    : undefined;
}
