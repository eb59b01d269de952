/** A subgraph that lives in this process: same planner, no socket. */
import { type DocumentNode, execute, type GraphQLSchema, parse } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { BoundedMap } from '../operations/bounded-map.ts';
import { formatResult } from '../operations/format-result.ts';
import type { Subgraph } from './subgraph.ts';

const maxDocuments = 200;

export function createLocalSubgraph(
  schema: GraphQLSchema,
  extend: (context: GatewayContext) => object,
): Subgraph {
  const documents = new BoundedMap<string, DocumentNode>(maxDocuments);

  function documentOf(query: string): DocumentNode {
    const known = documents.get(query);
    if (known) return known;
    const document = parse(query);
    documents.set(query, document);
    return document;
  }

  return {
    async ask({ query, operationName }, variablesJson, context) {
      const result = await execute({
        schema,
        document: documentOf(query),
        contextValue: extend(context),
        variableValues: JSON.parse(variablesJson) as Record<string, unknown>,
        operationName: operationName ?? null,
      });
      return formatResult(result, context);
    },
  };
}
