/**
 * A supergraph's text to a snapshot of it. Queries, mutations and the events of subscriptions are planned by Apollo's
 * planner and run by `execution/`. Apollo's own executor can be chosen instead; it is built only then.
 */
import './no-telemetry.ts';
import { createHash } from 'node:crypto';
import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { ApolloGateway, type GraphQLDataSource, type ServiceMap } from '@apollo/gateway';
import { QueryPlanner } from '@apollo/query-planner';
import { ApolloServer } from '@apollo/server';
import type { Logger } from 'pino';
import { readRequirements, withoutSecurityMark } from '../authorisation/requirements.ts';
import type { GatewayContext } from '../context.ts';
import { createOverrideLabels } from '../execution/override-labels.ts';
import { fieldSetNames } from '../execution/response-names.ts';
import { objectTypeNames } from '../execution/rewrites.ts';
import { createCostTable } from '../limits/cost-table.ts';
import { keepError } from '../operations/format-result.ts';
import { createAnswersUnderWay, createApolloDataSource } from '../subgraphs/apollo-data-source.ts';
import type { Service } from '../subgraphs/services.ts';
import type { Subgraph } from '../subgraphs/subgraph.ts';
import { readSharedStreams } from '../subscriptions/shared/shared-stream-rules.ts';
import type { Snapshot } from './snapshot.ts';

export interface SnapshotOptions {
  readonly supergraphSdl: string;
  /** Throws when nobody says where the service is. */
  readonly serviceFor: (name: string, composedUrl: string | undefined) => Service;
  readonly introspection: boolean;
  readonly maxTokens: number;
  /** Of one answer, as `execution/` puts it together. */
  readonly maxAnswerBytes: number;
  /** Override labels that are on, besides those by percentage. */
  readonly overrideLabels?: readonly string[];
  /** Called once, when it is retired and nothing runs on it any more. */
  readonly onFreed?: (services: Readonly<Record<string, Service>>) => void;
  readonly logger: Logger;
}

/** Beside what Apollo's gateway runs: `@context`, which `execution/` resolves itself. */
const supportedFeatures = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/context/v0.1',
]);

export function supergraphId(supergraphSdl: string): string {
  return createHash('sha256').update(supergraphSdl).digest('hex').slice(0, 12);
}

/**
 * How many ways to fetch an operation the planner compares. Fields that can come from two services double them, and by its own limit of
 * 10,000 a small operation with a dozen `@defer` held up the whole process for minutes; the ways beyond are as right, and not tried.
 */
const maxEvaluatedPlans = 200;

/** Throws what Apollo says when the supergraph cannot be loaded; the caller keeps the snapshot it has. */
export async function createSnapshot(options: SnapshotOptions): Promise<Snapshot> {
  const { logger } = options;
  // What keeps Apollo from loading it is enforced by `authorisation/`.
  const supergraphSdl = withoutSecurityMark(options.supergraphSdl);
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures });
  const services: Record<string, Service> = {};
  const dataSources: ServiceMap = {};
  const subgraphs: Record<string, Subgraph> = {};
  const answers = createAnswersUnderWay(options.maxAnswerBytes);
  for (const { name, url } of supergraph.subgraphsMetadata()) {
    const service = options.serviceFor(name, url);
    services[name] = service;
    subgraphs[name] = service.subgraph;
    dataSources[name] = createApolloDataSource({ service: name, subgraph: service.subgraph, answers });
  }
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();

  let apolloServer: Promise<ApolloServer<GatewayContext>> | undefined;
  async function startApolloServer(): Promise<ApolloServer<GatewayContext>> {
    const gateway = new ApolloGateway({
      supergraphSdl,
      queryPlannerConfig: { debug: { maxEvaluatedPlans } },
      buildService: ({ name }) => dataSources[name] as GraphQLDataSource,
      logger: quiet(logger),
    });
    const server = new ApolloServer<GatewayContext>({
      gateway,
      introspection: options.introspection,
      formatError: keepError,
      includeStacktraceInErrorResponses: false,
      stopOnTerminationSignals: false,
      persistedQueries: false,
      parseOptions: { maxTokens: options.maxTokens },
      logger: quiet(logger),
    });
    await server.start();
    return server;
  }

  const federationApiSchema = supergraph.apiSchema();
  let inUse = 0;
  let retired = false;
  let freed = false;
  const stopWhenIdle = (): void => {
    if (!retired || inUse > 0) return;
    if (!freed) options.onFreed?.(services);
    freed = true;
    apolloServer
      ?.then((server) => server.stop())
      .catch((error: unknown) => logger.warn({ err: error }, 'a retired supergraph did not stop'));
    apolloServer = undefined;
  };
  return {
    id: supergraphId(options.supergraphSdl),
    supergraphSdl: options.supergraphSdl,
    apiSchema: federationApiSchema.toGraphQLJSSchema({ includeDefer: true }),
    federationApiSchema,
    supergraphSchema,
    planner: new QueryPlanner(supergraph, {
      incrementalDelivery: { enableDefer: true },
      debug: { maxEvaluatedPlans },
    }),
    costs: createCostTable(supergraphSdl),
    requirements: readRequirements(supergraphSdl),
    hidesElements: /\s@inaccessible\b/.test(supergraphSdl.replace(/^directive .*$/gm, '')),
    services,
    subgraphs,
    fieldSetNames: fieldSetNames(supergraphSdl),
    objectTypeNames: objectTypeNames(supergraphSchema),
    maxAnswerBytes: options.maxAnswerBytes,
    overrideLabels: createOverrideLabels(supergraphSdl, options.overrideLabels ?? []),
    sharedStreams: readSharedStreams(supergraphSdl),
    apolloServer() {
      apolloServer ??= startApolloServer();
      return apolloServer;
    },
    get inUse() {
      return inUse;
    },
    retain() {
      inUse += 1;
    },
    release() {
      inUse -= 1;
      stopWhenIdle();
    },
    retire() {
      retired = true;
      stopWhenIdle();
    },
  };
}

/** Apollo logs its life at `info`; ours belongs to the access log and the reload line. */
function quiet(logger: Logger) {
  return {
    debug: (message?: unknown) => logger.debug(String(message)),
    info: (message?: unknown) => logger.debug(String(message)),
    warn: (message?: unknown) => logger.warn(String(message)),
    error: (message?: unknown) => logger.error(String(message)),
  };
}
