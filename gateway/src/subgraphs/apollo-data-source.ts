/** A service as Apollo's executor asks it: the same connection, limits and errors as this gateway's own executor has. */
import type { GraphQLDataSource } from '@apollo/gateway';
import { AppError } from '@fathom/platform/errors';
import type { GatewayContext } from '../context.ts';
import { BoundedMap } from '../operations/bounded-map.ts';
import { toGraphQLError } from '../operations/refusal.ts';
import { type Subgraph, type SubgraphOperation, subgraphOperation } from './subgraph.ts';

const maxOperations = 500;

export function createApolloDataSource(subgraph: Subgraph): GraphQLDataSource<GatewayContext> {
  const operations = new BoundedMap<string, SubgraphOperation>(maxOperations);

  function operationOf(query: string, operationName: string | undefined): SubgraphOperation {
    const known = operations.get(query);
    if (known) return known;
    const operation = subgraphOperation(query, operationName);
    operations.set(query, operation);
    return operation;
  }

  return {
    async process({ request, context }) {
      const operation = operationOf(request.query ?? '', request.operationName);
      try {
        const answer = await subgraph.ask(
          operation,
          JSON.stringify(request.variables ?? {}),
          context as GatewayContext,
        );
        return answer as Awaited<ReturnType<GraphQLDataSource['process']>>;
      } catch (error) {
        throw error instanceof AppError ? toGraphQLError(error) : error;
      }
    },
  };
}
