/** The stock executor behind the same interface. */
import type { GatewayContext } from '../context.ts';
import { raise } from '../errors.ts';
import { wholeOperation } from '../operations/defer.ts';
import { formatExecutionError, formatKept } from '../operations/format-result.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import type { OperationExecutor } from './executor.ts';

export function createApolloExecutor(): OperationExecutor {
  return {
    async execute(snapshot: Snapshot, admitted, context: GatewayContext) {
      try {
        // It knows no @defer: its answers go out whole.
        const operation = wholeOperation(admitted);
        const server = await snapshot.apolloServer();
        const { body } = await server.executeOperation(
          {
            query: operation.query,
            variables: operation.variables,
            ...(operation.operationName === undefined ? {} : { operationName: operation.operationName }),
          },
          { contextValue: context },
        );
        if (body.kind !== 'single')
          throw raise('INTERNAL_SERVER_ERROR', { because: 'an incremental result' });
        return formatKept(body.singleResult, context);
      } catch (error) {
        return { data: null, errors: [formatExecutionError(error, context)] };
      }
    },
    executeInParts: () => undefined,
  };
}
