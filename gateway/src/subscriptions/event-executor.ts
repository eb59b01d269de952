/** One event of a subgraph's stream to one result for the client: Apollo's executor, with the event in its place. */
import { buildOperationContext, executeQueryPlan, type GraphQLDataSource } from '@apollo/gateway';
import type { ExecutionResult, FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { formatResult } from '../operations/format-result.ts';
import type { AdmittedOperation } from '../operations/prepare.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';

export interface SubgraphEvent {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Record<string, unknown>;
}

export type EventExecutor = (event: SubgraphEvent) => Promise<FormattedExecutionResult>;

export interface EventExecutorOptions {
  readonly snapshot: Snapshot;
  readonly plan: SubscriptionPlan;
  readonly operation: AdmittedOperation;
  readonly context: GatewayContext;
}

export function createEventExecutor({
  snapshot,
  plan,
  operation,
  context,
}: EventExecutorOptions): EventExecutor {
  const operationContext = buildOperationContext({
    schema: snapshot.apiSchema,
    operationDocument: operation.document,
    ...(operation.operationName === undefined ? {} : { operationName: operation.operationName }),
  });
  const owner = snapshot.dataSources[plan.service] as GraphQLDataSource;

  return async (event) => {
    const eventInPlaceOfFetch: GraphQLDataSource = {
      process: async (options) =>
        options.request.query === plan.operation
          ? (event as Awaited<ReturnType<GraphQLDataSource['process']>>)
          : owner.process(options),
    };
    const result: ExecutionResult = await executeQueryPlan(
      plan.perEvent,
      { ...snapshot.dataSources, [plan.service]: eventInPlaceOfFetch },
      requestContext(snapshot, operation, context),
      operationContext,
      snapshot.supergraphSchema,
      snapshot.federationApiSchema,
    );
    return formatResult(result, context);
  };
}

type RequestContext = Parameters<typeof executeQueryPlan>[2];

/** What the executor reads of a request: its variables, its context, and a place for error paths. */
function requestContext(
  snapshot: Snapshot,
  operation: AdmittedOperation,
  context: GatewayContext,
): RequestContext {
  return {
    request: {
      query: operation.query,
      variables: operation.variables,
      ...(operation.operationName === undefined ? {} : { operationName: operation.operationName }),
    },
    context,
    schema: snapshot.apiSchema,
    document: operation.document,
    source: operation.query,
    operation: operation.operation,
    operationName: operation.operationName ?? null,
    queryHash: operation.hash,
    logger: context.logger,
    metrics: {},
  } as unknown as RequestContext;
}
