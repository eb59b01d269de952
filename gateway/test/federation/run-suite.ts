/** A supergraph of the suite in this process, with both executors over the same subgraphs. */
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { createLogger } from '@fathom/platform/logging';
import {
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  type GraphQLSchema,
  parse,
  subscribe,
} from 'graphql';
import type { GatewayContext } from '../../src/context.ts';
import { raise } from '../../src/errors.ts';
import { createApolloExecutor } from '../../src/execution/apollo-executor.ts';
import { createPlanExecutor, type OperationExecutor } from '../../src/execution/executor.ts';
import type { AnswerPart } from '../../src/execution/incremental.ts';
import { createOperationPlanner } from '../../src/execution/operation-plan.ts';
import type { AdmittedOperation } from '../../src/operations/operation.ts';
import { createOperationPreparer, type OperationLimits } from '../../src/operations/prepare.ts';
import { isRefusal, type Refusal } from '../../src/operations/refusal.ts';
import { defaultSettings } from '../../src/settings.ts';
import type { Subgraph, SubgraphAnswer } from '../../src/subgraphs/subgraph.ts';
import { createEventExecutor } from '../../src/subscriptions/event-executor.ts';
import { planSubscription } from '../../src/subscriptions/subscription-plan.ts';
import { createSnapshot } from '../../src/supergraph/create-snapshot.ts';
import type { Snapshot } from '../../src/supergraph/snapshot.ts';
import { type Fault, failFields, faultyAnswer, withMissingEntities, withoutNonNull } from './faults.ts';
import type { FederationCase, FederationGraph, SubgraphDefinition } from './suite.ts';

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
  /** Every event of a subscription, which must end by itself. */
  runEvents(operation: Operation): Promise<RanEvents>;
  /** By service. */
  readonly schemas: Readonly<Record<string, GraphQLSchema>>;
  /** From here on services act on this operation, from the state that they begin with, whoever asks them. */
  begin(operation: Operation): readonly Asked[];
  /** By name: what answers now as the operation under way says. */
  readonly services: Readonly<Record<string, Subgraph>>;
  /** The events of a service, as it would send them. */
  eventsOf(service: string, subscription: Subscription): AsyncGenerator<SubgraphAnswer>;
}

export interface Subscription {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface RanEvents {
  readonly results: readonly FormattedExecutionResult[];
  /** What the service sent for each. */
  readonly sent: readonly FormattedExecutionResult[];
  /** What the service sent may pass as it is. */
  readonly verbatim: boolean;
  readonly asked: readonly Asked[];
}

/** The gateway would refuse it before any service is asked. */
export class OperationRefused extends Error {
  readonly codes: readonly unknown[];
  constructor(refused: Refusal) {
    super(refused.errors.map(({ message }) => message).join('\n'));
    this.codes = refused.errors.map(({ extensions }) => extensions['code']);
  }
}

export interface RanInParts {
  readonly parts: readonly AnswerPart[];
  readonly asked: readonly Asked[];
}

export interface Operation extends Omit<FederationCase, 'title' | 'data' | 'errors'> {
  /** Changes what services answer. */
  readonly alter?: (answer: SubgraphAnswer) => SubgraphAnswer;
  readonly faults?: readonly Fault[];
}

interface Running {
  readonly operation: Operation;
  readonly asked: Asked[];
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

export function composeSuite(
  { subgraphs }: FederationGraph,
  urlOf = (name: string): string => `http://${name}.invalid/graphql`,
): string {
  const { errors, supergraphSdl } = composeServices(
    Object.entries(subgraphs).map(([name, { sdl }]) => ({
      name,
      url: urlOf(name),
      typeDefs: parse(sdl),
    })),
  );
  if (errors) throw new Error(errors.map((error) => error.message).join('\n'));
  return supergraphSdl;
}

export async function startSuite(graph: FederationGraph): Promise<RunningSuite> {
  // Suites run one operation at a time.
  let current: Running | undefined;
  const services = mapValues(graph.subgraphs, (definition, name) =>
    startService(name, definition, () => current),
  );
  const subgraphs = mapValues(services, (service) => recorded(service, () => current));
  const snapshot = await createSnapshot({
    supergraphSdl: composeSuite(graph),
    serviceFor: (service) => ({ kind: 'local', subgraph: subgraphs[service] as Subgraph }),
    introspection: true,
    maxTokens: unlimited.maxTokens,
    maxAnswerBytes: graph.maxAnswerBytes ?? defaultSettings.maxAnswerBytes,
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
    if (isRefusal(admitted)) throw new OperationRefused(admitted);
    return admitted;
  }
  function begin(operation: Operation): Asked[] {
    graph.reset?.();
    const asked: Asked[] = [];
    current = { operation, asked };
    return asked;
  }

  async function* eventsOf(name: string, subscription: Subscription): AsyncGenerator<SubgraphAnswer> {
    const events = await services[name]?.subscribe(subscription);
    if (!events || !(Symbol.asyncIterator in events)) return;
    for await (const event of events)
      yield faultyAnswer(overWire(event) as SubgraphAnswer, faultsOf(current, name));
  }

  return {
    snapshot,
    schemas: mapValues(services, ({ schema }) => schema),
    begin,
    services: subgraphs,
    eventsOf,
    async runEvents(operation) {
      const admitted = admit(operation);
      const asked = begin(operation);
      const plan = planSubscription(snapshot, admitted);
      const context = contextOf(operation.tenant);
      const answer = createEventExecutor({ snapshot, plan, operation: admitted, context, maxEntityAgeMs: 0 });
      const results: FormattedExecutionResult[] = [];
      const sent: FormattedExecutionResult[] = [];
      const variables = Object.fromEntries(
        plan.variableNames.flatMap((name) =>
          name in admitted.variables ? [[name, admitted.variables[name]]] : [],
        ),
      );
      for await (const event of eventsOf(plan.service, { query: plan.operation, variables })) {
        sent.push(overWire(event));
        results.push(overWire(await answer(overWire(event))));
      }
      return { results, sent, verbatim: plan.verbatim, asked };
    },
    async runInParts(operation) {
      const admitted = admit(operation);
      const asked = begin(operation);
      const parts = executors.fathom.executeInParts(snapshot, admitted, contextOf(operation.tenant));
      if (!parts) return undefined;
      const received: AnswerPart[] = [];
      for await (const part of parts) received.push(JSON.parse(JSON.stringify(part)) as AnswerPart);
      return { parts: received, asked };
    },
    async run(executor, operation) {
      const admitted = admit(operation);
      const asked = begin(operation);
      const result = await executors[executor].execute(snapshot, admitted, contextOf(operation.tenant));
      return { result: overWire(result), asked };
    },
  };
}

interface RunningService {
  readonly name: string;
  readonly schema: GraphQLSchema;
  execute(
    query: string,
    variables: Record<string, unknown>,
    operationName: string | undefined,
  ): Promise<object>;
  subscribe(subscription: Subscription): Promise<AsyncGenerator<ExecutionResult> | ExecutionResult>;
}

function startService(
  name: string,
  { sdl, resolvers }: SubgraphDefinition,
  current: () => Running | undefined,
): RunningService {
  const faultOf = (kind: Fault['kind'], at: string): boolean =>
    faultsOf(current(), name).some((fault) => fault.kind === kind && 'at' in fault && fault.at === at);
  const build = (text: string): GraphQLSchema => {
    const schema = buildSubgraphSchema({
      typeDefs: parse(text),
      resolvers: withMissingEntities(resolvers, (type) => faultOf('missing', type)),
    } as SchemaModule);
    failFields(schema, (at) => (faultOf('error', at) ? 'error' : faultOf('null', at) ? 'null' : undefined));
    return schema;
  };
  const schema = build(sdl);
  let lenient: GraphQLSchema | undefined;
  const schemaNow = (): GraphQLSchema => {
    if (!faultsOf(current(), name).some(({ kind }) => kind === 'null')) return schema;
    lenient ??= build(withoutNonNull(sdl));
    return lenient;
  };
  return {
    name,
    schema,
    execute: async (query, variableValues, operationName) =>
      execute({
        schema: schemaNow(),
        document: parse(query),
        variableValues,
        operationName: operationName ?? null,
      }),
    subscribe: async ({ query, variables }) =>
      subscribe({ schema: schemaNow(), document: parse(query), variableValues: variables }) as Promise<
        AsyncGenerator<ExecutionResult> | ExecutionResult
      >,
  };
}

function faultsOf(running: Running | undefined, service: string): readonly Fault[] {
  return running?.operation.faults?.filter((fault) => fault.service === service) ?? [];
}

function recorded(service: RunningService, current: () => Running | undefined): Subgraph {
  const { name } = service;
  return {
    async ask({ query, operationName }, variablesJson) {
      const running = current();
      const variables = JSON.parse(variablesJson) as Record<string, unknown>;
      running?.asked.push({ service: name, query, variables });
      if (running?.operation.down?.includes(name))
        throw raise('SUBGRAPH_UNAVAILABLE', { because: name, details: { serviceName: name } });
      const answer =
        running?.operation.answers?.[name] ?? (await service.execute(query, variables, operationName));
      const sent = faultyAnswer(overWire(answer) as SubgraphAnswer, faultsOf(running, name));
      const arrived = running?.operation.alter?.(sent) ?? sent;
      return { ...arrived, bytes: Buffer.byteLength(JSON.stringify(arrived)) };
    },
  };
}

/** What comes over a wire has no prototypes and shares nothing. */
function overWire<Value extends object>(value: Value): Value & FormattedExecutionResult {
  return JSON.parse(JSON.stringify(value)) as Value & FormattedExecutionResult;
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  of: (value: From, name: string) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value, name)]));
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
