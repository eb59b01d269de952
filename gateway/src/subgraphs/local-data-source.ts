/** A subgraph that lives in this process: same planner, no socket. */
import type { GraphQLDataSource } from '@apollo/gateway';
import { type DocumentNode, execute, type GraphQLSchema, parse } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { BoundedMap } from '../operations/bounded-map.ts';
import { formatResult } from '../operations/format-result.ts';

const maxDocuments = 200;

export function createLocalDataSource(
  schema: GraphQLSchema,
  extend: (context: GatewayContext) => object,
): GraphQLDataSource<GatewayContext> {
  const documents = new BoundedMap<string, DocumentNode>(maxDocuments);

  function documentOf(query: string): DocumentNode {
    const known = documents.get(query);
    if (known) return known;
    const document = parse(query);
    documents.set(query, document);
    return document;
  }

  return {
    async process({ request, context }) {
      const result = await execute({
        schema,
        document: documentOf(request.query ?? ''),
        contextValue: extend(context as GatewayContext),
        variableValues: request.variables ?? {},
        operationName: request.operationName ?? null,
      });
      return formatResult(result, context as GatewayContext) as Awaited<
        ReturnType<GraphQLDataSource['process']>
      >;
    },
  };
}
