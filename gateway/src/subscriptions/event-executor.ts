/** One event of a subgraph's stream to one result for the client, by the executor that answers queries. */
import type { FormattedExecutionResult } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { createEntityMemo } from '../execution/entity-memo.ts';
import { shapeResult } from '../execution/executor.ts';
import { runEvent } from '../execution/run-plan.ts';
import { formatExecutionError } from '../operations/format-result.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import type { SubgraphAnswer } from '../subgraphs/subgraph.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';

export type SubgraphEvent = SubgraphAnswer;

export type EventExecutor = (event: SubgraphEvent) => Promise<FormattedExecutionResult>;

export interface EventExecutorOptions {
  readonly snapshot: Snapshot;
  readonly plan: SubscriptionPlan;
  readonly operation: AdmittedOperation;
  readonly context: GatewayContext;
  /** How old an entity may be that was fetched for an earlier event; 0 fetches it for every event. */
  readonly maxEntityAgeMs: number;
}

/** Of one subscription. */
const maxEntities = 1_000;

export function createEventExecutor({
  snapshot,
  plan,
  operation,
  context,
  maxEntityAgeMs,
}: EventExecutorOptions): EventExecutor {
  const { subgraphs, objectTypeNames, maxAnswerBytes } = snapshot;
  const { variables } = operation;
  const memo =
    plan.rest && maxEntityAgeMs > 0
      ? createEntityMemo({ maxAgeMs: maxEntityAgeMs, maxEntities, now: () => performance.now() })
      : undefined;
  const options = {
    subgraphs,
    variables,
    context,
    clientNames: plan.clientNames,
    isObjectTypeName: (name: unknown) => objectTypeNames.has(name),
    maxAnswerBytes,
    memo,
  };

  return async (event) => {
    try {
      const { data, errors } = await runEvent(event, plan, options);
      const result = shapeResult(plan, variables, data, errors);
      // A subgraph that has no data for an event has none for the client either.
      return event.data === null && result.data ? { ...result, data: null } : result;
    } catch (error) {
      return { data: null, errors: [formatExecutionError(error, context)] };
    }
  };
}
