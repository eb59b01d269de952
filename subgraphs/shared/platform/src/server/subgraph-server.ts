/**
 * The server that every subgraph is: one port with POST /graphql, the same in frames, WebSocket /graphql, /livez, /readyz, /metrics.
 *
 * States: serving -> draining -> closed. A drain answers /readyz with 503, refuses new operations with SHUTTING_DOWN,
 * closes WebSockets with 1001, lets requests under way end for `DRAIN_TIMEOUT_MS`, then aborts them.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, parse } from 'graphql';
import { graphqlPlace } from '../identity-proof.ts';
import type { IdentityVerifier } from '../identity-token.ts';
import type { Logger } from '../logging.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { currentTraceId } from '../telemetry/tracing.ts';
import { formatError } from './format-error.ts';
import { createFramedRequests, isFramesUpgrade } from './framed-requests.ts';
import { createGraphQLAnswer } from './graphql-answer.ts';
import { createGraphQLHttpHandler } from './graphql-http.ts';
import { createGraphQLWebSocket } from './graphql-websocket.ts';
import { type CheckResult, createHealth, type Probe, send } from './health.ts';
import { createIdentifiedHttp, type IdentifiedHandler } from './identified-http.ts';
import { InFlight } from './in-flight.ts';
import { listen } from './listen.ts';
import { createOperationMetrics, observeOperations } from './operation-metrics.ts';
import type { RequestContext } from './request-context.ts';

/** What the server needs of a platform; {@link ../platform.ts} has it. */
export interface ServerPlatform {
  readonly service: string;
  readonly env: { readonly HOST: string; readonly PORT: number; readonly DRAIN_TIMEOUT_MS: number };
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly identityVerifier: IdentityVerifier;
  readonly probes: Readonly<Record<string, Probe>>;
}

export interface SubgraphServerOptions<Loaders, Extension extends object> {
  readonly platform: ServerPlatform;
  readonly typeDefs: string | DocumentNode;
  /** As graphql-codegen types them. */
  readonly resolvers: object;
  /** Made anew for every request and every subscription event. */
  readonly loaders: (context: RequestContext) => Loaders;
  /** Domain objects that resolvers find in their context. */
  readonly extend?: (context: RequestContext) => Extension;
  /** Further checks of /readyz, beside those of the platform's parts. */
  readonly readiness?: Readonly<Record<string, () => Promise<CheckResult>>>;
  /** What /readyz and the start-up banner tell of this service, for instance its devices. */
  readonly banner?: () => Readonly<Record<string, string>>;
  readonly limits?: { readonly maxBodyBytes?: number };
  /**
   * What this service answers beside GraphQL, by the beginning of the path, for instance `/uploads/`: bodies too large
   * for an operation. Identity, trace, drain and errors are as those of GraphQL.
   */
  readonly routes?: Readonly<Record<`/${string}/`, Route>>;
  /** Figures as JSON by their path, for whatever reads no Prometheus text. As open as /metrics: no secrets. */
  readonly figures?: Readonly<Record<`/${string}`, () => object>>;
}

/** A handler that takes streams; or one that reads each body whole and confirms that it is what was signed. */
export type Route = IdentifiedHandler | { readonly body: 'bound'; readonly handle: IdentifiedHandler };

export interface SubgraphServer {
  /** `http://host:port/graphql` */
  readonly url: string;
  readonly port: number;
  /** Drains, then closes. Safe to call twice. */
  close(): Promise<void>;
}

/** Codegen's resolver types are exact; Apollo's map is untyped. */
type SchemaModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { readonly typeDefs: DocumentNode }>;

/** What an aborted request may take to answer. */
const abortGraceMs = 500;
const defaultMaxBodyBytes = 4 * 1024 * 1024;

export async function createSubgraphServer<Loaders, Extension extends object = object>(
  options: SubgraphServerOptions<Loaders, Extension>,
): Promise<SubgraphServer> {
  const { platform, typeDefs, resolvers, loaders, extend, readiness = {}, banner = () => ({}) } = options;
  const { service, env, logger, metrics, identityVerifier } = platform;
  const maxBodyBytes = options.limits?.maxBodyBytes ?? defaultMaxBodyBytes;
  const inFlight = new InFlight();
  let draining = false;
  const isDraining = () => draining;

  const makeContext = (request: RequestContext) => {
    let made: Loaders | undefined;
    return {
      ...request,
      ...extend?.(request),
      // Made when they are asked for: a token's event asks for none, and there is a context for each.
      get loaders(): Loaders {
        made ??= loaders(request);
        return made;
      },
    };
  };
  const document = typeof typeDefs === 'string' ? parse(typeDefs) : typeDefs;
  const schema = buildSubgraphSchema({ typeDefs: document, resolvers } as SchemaModule);
  const operationMetrics = createOperationMetrics(metrics);
  const apollo = new ApolloServer<RequestContext>({
    schema,
    introspection: true,
    nodeEnv: 'production',
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: false, // The identity header, which no form can send, is what protects these requests.
    logger,
    plugins: [observeOperations(operationMetrics), ApolloServerPluginInlineTraceDisabled()],
    formatError: (_formatted, error) => formatError(error, { logger, traceId: currentTraceId() }),
  });
  await apollo.start();

  const health = createHealth({
    service,
    metrics,
    probes: {
      ...platform.probes,
      ...Object.fromEntries(Object.entries(readiness).map(([name, check]) => [name, { check }])),
    },
    facts: banner,
    isDraining,
  });
  const shared = { identityVerifier, inFlight, logger, isDraining };
  const answer = createGraphQLAnswer({ apollo, makeContext, logger });
  const graphql = createIdentifiedHttp({
    ...shared,
    name: 'graphql.http',
    place: graphqlPlace,
    body: 'bound',
    handle: createGraphQLHttpHandler({ answer, maxBodyBytes }),
  });
  const framed = createFramedRequests({ ...shared, answer });
  const routes = Object.entries(options.routes ?? {}).map(([prefix, route]) => ({
    prefix,
    answer: createIdentifiedHttp({
      ...shared,
      name: `http ${prefix}`,
      ...(typeof route === 'function' ? { body: 'stream', handle: route } : route),
    }),
  }));
  const webSocket = createGraphQLWebSocket({
    schema,
    identityVerifier,
    makeContext,
    metrics: operationMetrics,
    logger,
    maxBodyBytes,
  });

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0] ?? '/';
    if (path === '/graphql' && request.method === 'POST') return graphql(request, response);
    if (path === '/graphql') {
      response.setHeader('allow', 'POST');
      return send(response, 405, 'text/plain', 'POST a GraphQL request here, or open a WebSocket.\n');
    }
    const own = routes.find(({ prefix }) => path.startsWith(prefix));
    if (own) return own.answer(request, response);
    const figures = options.figures?.[path as `/${string}`];
    if (figures) return send(response, 200, 'application/json', JSON.stringify(figures()));
    if (!(await health.handle(path, response)))
      send(response, 404, 'text/plain', 'Here are /graphql, /livez, /readyz and /metrics.\n');
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      logger.error({ err: error }, 'a request could not be answered');
      response.destroy();
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (draining || request.url?.split('?', 1)[0] !== '/graphql') return void socket.destroy();
    if (isFramesUpgrade(request)) framed.handleUpgrade(socket, head);
    else webSocket.handleUpgrade(request, socket, head);
  });
  const port = await listen(server, { host: env.HOST, port: env.PORT });

  logger.info({ port }, 'serving');

  async function drain(): Promise<void> {
    draining = true;
    logger.info({ operations: inFlight.count }, 'draining');
    // Sockets first: a client must see 1001, not the `complete` of a stream that did not end.
    const socketsClosed = webSocket.close();
    framed.leave();
    const httpClosed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    if ((await inFlight.settle(env.DRAIN_TIMEOUT_MS)) === 'timeout') {
      logger.warn({ operations: inFlight.count }, 'operations outlived the drain and were aborted');
      inFlight.abortAll('DRAINING');
      await inFlight.settle(abortGraceMs);
    }
    await Promise.all([socketsClosed, framed.close()]);
    server.closeAllConnections();
    await httpClosed;
    await apollo.stop();
  }

  let closing: Promise<void> | undefined;
  return {
    url: `http://${env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST}:${port}/graphql`,
    port,
    close: () => {
      closing ??= drain();
      return closing;
    },
  };
}
