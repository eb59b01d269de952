/**
 * Runs queries and mutations: plan, walk, shape. Never throws; what went wrong is in the result's errors.
 *
 * `fathom` is this folder's executor. `apollo` is the stock one (Apollo Server around ApolloGateway), kept to compare
 * with and to fall back on; both use the same planner and ask the same subgraphs.
 */
import { prettyFormatQueryPlan } from '@apollo/query-planner';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { deferredOperation, wholeOperation } from '../operations/defer.ts';
import { formatExecutionError } from '../operations/format-result.ts';
import type { AdmittedOperation } from '../operations/operation.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { problemErrors } from './fetch-errors.ts';
import { type AnswerPart, answerInParts, type IncrementalOptions } from './incremental.ts';
import type { OperationPlan, OperationPlanner } from './operation-plan.ts';
import { type RunOptions, runPlan } from './run-plan.ts';
import { type JsonObject, shapeAnswer } from './shape-answer.ts';

export type ExecutorName = 'fathom' | 'apollo';

export interface OperationExecutor {
  execute(
    snapshot: Snapshot,
    operation: AdmittedOperation,
    context: GatewayContext,
  ): Promise<FormattedExecutionResult>;

  /** In parts, where the operation defers some; `undefined` where its answer goes out whole. */
  executeInParts(
    snapshot: Snapshot,
    operation: AdmittedOperation,
    context: GatewayContext,
  ): AsyncGenerator<AnswerPart, void, void> | undefined;
}

export function createPlanExecutor(planner: OperationPlanner): OperationExecutor {
  return {
    async execute(snapshot, admitted, context) {
      try {
        const operation = wholeOperation(admitted);
        const plan = planner.planFor(snapshot, operation, context.principal?.identity.tenant ?? '');
        const { data, errors, ended } = runPlan(plan.step, runOptions(snapshot, plan, operation, context));
        if (ended) await ended;
        const result = shapeResult(plan, operation.variables, data, errors);
        return context.showsQueryPlan ? { ...result, extensions: { queryPlan: printedPlan(plan) } } : result;
      } catch (error) {
        return { data: null, errors: [formatExecutionError(error, context)] };
      }
    },

    executeInParts(snapshot, operation, context) {
      // What was withheld is put back into an answer that is whole.
      const deferred = operation.withheld ? undefined : deferredOperation(operation);
      if (!deferred) return undefined;
      try {
        const tenant = context.principal?.identity.tenant ?? '';
        const plan = planner.planFor(snapshot, deferred.prepared, tenant);
        const options = runOptions(snapshot, plan, operation, context);
        return inParts(plan, { ...options, clientLabels: deferred.clientLabels });
      } catch (error) {
        // It may be that only its parts cannot be planned. If it is more than that, the whole answer tells.
        context.logger.warn(
          { err: error, 'trace.id': context.traceId },
          'an operation is not answered in parts',
        );
        return undefined;
      }
    },
  };
}

async function* inParts(
  plan: OperationPlan,
  options: IncrementalOptions,
): AsyncGenerator<AnswerPart, void, void> {
  const { context } = options;
  let hasBegun = false;
  try {
    for await (const part of answerInParts(plan, options)) {
      const showsPlan = !hasBegun && context.showsQueryPlan;
      yield showsPlan ? { ...part, extensions: { queryPlan: printedPlan(plan) } } : part;
      hasBegun = true;
    }
  } catch (error) {
    const errors = [formatExecutionError(error, context)];
    yield hasBegun
      ? { incremental: [{ path: [], data: null, errors }], hasNext: false }
      : { data: null, errors, hasNext: false };
  }
}

function runOptions(
  { subgraphs, objectTypeNames, maxAnswerBytes }: Snapshot,
  { clientNames }: OperationPlan,
  { variables }: AdmittedOperation,
  context: GatewayContext,
): RunOptions {
  return {
    subgraphs,
    variables,
    context,
    clientNames,
    isObjectTypeName: (name) => objectTypeNames.has(name),
    maxAnswerBytes,
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
