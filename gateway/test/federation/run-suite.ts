/** A supergraph of the suite in this process, with both executors over the same subgraphs. */
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { createLogger } from '@fathom/platform/logging';
import { execute, type FormattedExecutionResult, type GraphQLSchema, parse } from 'graphql';
import type { GatewayContext } from '../../src/context.ts';
import { raise } from '../../src/errors.ts';
import { createApolloExecutor } from '../../src/execution/apollo-executor.ts';
import { createPlanExecutor, type OperationExecutor } from '../../src/execution/executor.ts';
import type { AnswerPart } from '../../src/execution/incremental.ts';
import { createOperationPlanner } from '../../src/execution/operation-plan.ts';
import { formatExecutionError } from '../../src/operations/format-result.ts';
import {
  type AdmittedOperation,
  createOperationPreparer,
  type OperationLimits,
} from '../../src/operations/prepare.ts';
import { isRefusal } from '../../src/operations/refusal.ts';
import type { Subgraph, SubgraphAnswer } from '../../src/subgraphs/subgraph.ts';
import { createSnapshot, type Snapshot } from '../../src/supergraph/snapshot.ts';
import type { FederationCase, FederationGraph } from './suite.ts';

export interface Asked {
  readonly service: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Ran {
  readonly result: FormattedExecutionResult;
  readonly asked: readonly Asked[];
}

export interface RunningSuite {
  readonly snapshot: Snapshot;
  run(executor: 'fathom' | 'apollo', operation: Operation): Promise<Ran>;
  /** As a client that accepts parts gets them; `undefined` if the answer goes out whole. */
  runInParts(operation: Operation): Promise<RanInParts | undefined>;
}

export interface RanInParts {
  readonly parts: readonly AnswerPart[];
  readonly asked: readonly Asked[];
}

export interface Operation extends Omit<FederationCase, 'title' | 'data' | 'errors'> {
  /** Changes what services answer. */
  readonly alter?: (answer: SubgraphAnswer) => SubgraphAnswer;
}

type SchemaModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { readonly typeDefs: unknown }>;

const unlimited: OperationLimits = {
  maxTokens: 100_000,
  maxDepth: 100,
  maxAliases: 1_000,
  maxDirectives: 1_000,
  maxRootFields: 1_000,
  maxFields: 10_000,
  maxCost: Number.MAX_SAFE_INTEGER,
};
const logger = createLogger({ service: 'gateway', level: 'silent' });

export function composeSuite({ subgraphs }: FederationGraph): string {
  const { errors, supergraphSdl } = composeServices(
    Object.entries(subgraphs).map(([name, { sdl }]) => ({
      name,
      url: `http://${name}.invalid/graphql`,
      typeDefs: parse(sdl),
    })),
  );
  if (errors) throw new Error(errors.map((error) => error.message).join('\n'));
  return supergraphSdl;
}

export async function startSuite(graph: FederationGraph): Promise<RunningSuite> {
  const schemas = Object.fromEntries(
    Object.entries(graph.subgraphs).map(([name, { sdl, resolvers }]) => [
      name,
      buildSubgraphSchema({ typeDefs: parse(sdl), resolvers } as SchemaModule),
    ]),
  );
  // Suites run one operation at a time.
  let current: { readonly operation: Operation; readonly asked: Asked[] } | undefined;
  const snapshot = await createSnapshot({
    supergraphSdl: composeSuite(graph),
    serviceFor: (service) => ({
      kind: 'local',
      subgraph: recorded(service, schemas[service] as GraphQLSchema, () => current),
    }),
    formatError: (_formatted, error) => formatExecutionError(error, { traceId: 't', logger }),
    introspection: true,
    maxTokens: unlimited.maxTokens,
    overrideLabels: graph.labels ?? [],
    logger,
  });
  const preparer = createOperationPreparer(unlimited, true);
  const executors: Readonly<Record<'fathom' | 'apollo', OperationExecutor>> = {
    fathom: createPlanExecutor(createOperationPlanner({ planned: () => undefined, reused: () => undefined })),
    apollo: createApolloExecutor(),
  };
  function admit(operation: Operation): AdmittedOperation {
    const raw = {
      query: operation.query,
      operationName: operation.operationName,
      variables: operation.variables,
      extensions: undefined,
    };
    const prepared = preparer.prepare(snapshot, raw);
    const admitted = isRefusal(prepared) ? prepared : preparer.admit(snapshot, prepared, raw);
    if (isRefusal(admitted)) throw new Error(admitted.errors.map(({ message }) => message).join('\n'));
    return admitted;
  }

  return {
    snapshot,
    async runInParts(operation) {
      const admitted = admit(operation);
      const asked: Asked[] = [];
      current = { operation, asked };
      const parts = executors.fathom.executeInParts(snapshot, admitted, contextOf(operation.tenant));
      if (!parts) return undefined;
      const received: AnswerPart[] = [];
      for await (const part of parts) received.push(JSON.parse(JSON.stringify(part)) as AnswerPart);
      return { parts: received, asked };
    },
    async run(executor, operation) {
      const admitted = admit(operation);
      const asked: Asked[] = [];
      current = { operation, asked };
      const result = await executors[executor].execute(snapshot, admitted, contextOf(operation.tenant));
      // As a client sees it.
      return { result: JSON.parse(JSON.stringify(result)) as FormattedExecutionResult, asked };
    },
  };
}

function recorded(
  service: string,
  schema: GraphQLSchema,
  current: () => { readonly operation: Operation; readonly asked: Asked[] } | undefined,
): Subgraph {
  return {
    async ask({ query, operationName }, variablesJson) {
      const running = current();
      const variables = JSON.parse(variablesJson) as Record<string, unknown>;
      running?.asked.push({ service, query, variables });
      if (running?.operation.down?.includes(service))
        throw raise('SUBGRAPH_UNAVAILABLE', { because: service, details: { serviceName: service } });
      const answer =
        running?.operation.answers?.[service] ??
        (await execute({
          schema,
          document: parse(query),
          variableValues: variables,
          operationName: operationName ?? null,
        }));
      // What comes over a wire has no prototypes and shares nothing.
      const sent = JSON.parse(JSON.stringify(answer)) as SubgraphAnswer;
      return running?.operation.alter?.(sent) ?? sent;
    },
  };
}

function contextOf(tenant = 'test'): GatewayContext {
  return {
    principal: {
      identity: { subject: 'test', tenant, roles: ['admin'], scopes: ['admin'] },
      credential: 'key:test',
      expiresAt: undefined,
      operationsPerWindow: undefined,
    },
    identityFor: async () => 'token',
    signal: new AbortController().signal,
    traceHeaders: () => ({}),
    traceId: 't',
    logger,
  };
}
