/**
 * Runs queries and mutations: plan, walk, shape. Never throws; what went wrong is in the result's errors.
 *
 * `fathom` is this folder's executor. `apollo` is the stock one (Apollo Server around ApolloGateway), kept to compare
 * with and to fall back on; both use the same planner and ask the same subgraphs.
 */
import { prettyFormatQueryPlan } from '@apollo/query-planner';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { formatExecutionError } from '../operations/format-result.ts';
import type { AdmittedOperation } from '../operations/prepare.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { problemErrors } from './fetch-errors.ts';
import type { OperationPlan, OperationPlanner } from './operation-plan.ts';
import { runPlan } from './run-plan.ts';
import { type JsonObject, shapeAnswer } from './shape-answer.ts';

export type ExecutorName = 'fathom' | 'apollo';

export interface OperationExecutor {
  execute(
    snapshot: Snapshot,
    operation: AdmittedOperation,
    context: GatewayContext,
  ): Promise<FormattedExecutionResult>;
}

export function createPlanExecutor(planner: OperationPlanner): OperationExecutor {
  return {
    async execute(snapshot, operation, context) {
      try {
        const plan = planner.planFor(snapshot, operation, context.principal?.identity.tenant ?? '');
        const { data, errors } = await runPlan(plan.step, {
          subgraphs: snapshot.subgraphs,
          variables: operation.variables,
          context,
          clientNames: plan.clientNames,
          isObjectTypeName: (name) => snapshot.objectTypeNames.has(name),
        });
        const result = shapeResult(plan, operation.variables, data, errors);
        return context.showsQueryPlan ? { ...result, extensions: { queryPlan: printedPlan(plan) } } : result;
      } catch (error) {
        return { data: null, errors: [formatExecutionError(error, context)] };
      }
    },
  };
}

function printedPlan({ queryPlan }: OperationPlan): { readonly text: string; readonly node: unknown } {
  return { text: prettyFormatQueryPlan(queryPlan), node: queryPlan.node ?? null };
}

/** Errors come first in the answer, as the specification advises: people see them before a long answer. */
export function shapeResult(
  plan: Pick<OperationPlan, 'rootType' | 'shapeFor' | 'introspect'>,
  variables: Readonly<Record<string, unknown>>,
  fetched: JsonObject,
  errors: readonly GraphQLFormattedError[],
): FormattedExecutionResult {
  const shape = plan.shapeFor(variables);
  const { data, problems } = shapeAnswer(shape, plan.rootType, fetched, plan.introspect(variables));
  const all = problems.length === 0 ? errors : [...errors, ...problemErrors(problems, errors)];
  return all.length === 0 ? { data } : { errors: all, data };
}
