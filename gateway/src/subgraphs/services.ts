/**
 * The services behind the graph: where each is, how it is asked. Kept across reloads of the supergraph, so that a
 * reload does not drop warm connections or forget that a circuit is open.
 */
import type { GraphQLDataSource } from '@apollo/gateway';
import { CircuitBreaker } from '@fathom/platform/client/circuit-breaker';
import type { Logger } from '@fathom/platform/logging';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { GatewayContext } from '../context.ts';
import type { FetchSettings } from '../settings.ts';
import { createHttpDataSource, type HttpDataSource } from './http-data-source.ts';

export type Service =
  | { readonly kind: 'local'; readonly dataSource: GraphQLDataSource<GatewayContext> }
  | {
      readonly kind: 'remote';
      readonly dataSource: GraphQLDataSource<GatewayContext>;
      readonly endpoint: Endpoint;
    };

export interface Endpoint {
  /** `http://host:port/graphql` */
  readonly graphql: URL;
  /** `ws://host:port/graphql` */
  readonly stream: string;
  /** `http://host:port/readyz` */
  readonly readiness: URL;
}

export interface Services {
  /** `composedUrl` is the one in the supergraph; SUBGRAPH_URLS comes first. Throws if there is neither. */
  of(name: string, composedUrl: string | undefined): Service;
  close(): Promise<void>;
}

export interface ServicesOptions {
  /** By service; a base URL, or one that ends in the GraphQL path. */
  readonly urls: Readonly<Record<string, string>>;
  /** Those that live in this process. */
  readonly local: Readonly<Record<string, GraphQLDataSource<GatewayContext>>>;
  readonly fetches: FetchSettings;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly pause: (ms: number) => Promise<unknown>;
}

interface Remote {
  readonly endpoint: Endpoint;
  readonly dataSource: HttpDataSource;
}

export function createServices(options: ServicesOptions): Services {
  const { urls, local, fetches, metrics, logger, pause } = options;
  const remotes = new Map<string, Remote>();
  const durations = metrics.histogram({
    name: 'fathom_gateway_fetch_duration_seconds',
    help: 'Fetches from subgraphs, retries included, by outcome.',
    labels: ['subgraph', 'outcome'],
  });
  const circuits = metrics.gauge({
    name: 'fathom_gateway_circuit_open',
    help: '1 while a subgraph is not asked because it did not answer, 0.5 while it is tried again.',
    labels: ['subgraph'],
  });

  function createRemote(name: string, url: string): Remote {
    const endpoint = endpointOf(url);
    circuits.set({ subgraph: name }, 0);
    const breaker = new CircuitBreaker({
      name,
      failures: fetches.circuitFailures,
      openMs: fetches.circuitOpenMs,
      onChange(state) {
        circuits.set({ subgraph: name }, { closed: 0, 'half-open': 0.5, open: 1 }[state]);
        logger.warn({ subgraph: name, state }, 'a circuit changed');
      },
    });
    const dataSource = createHttpDataSource({
      service: name,
      url: endpoint.graphql,
      ...fetches,
      breaker,
      pause,
      observe: (outcome, seconds) => durations.observe({ subgraph: name, outcome }, seconds),
    });
    return { endpoint, dataSource };
  }

  return {
    of(name, composedUrl) {
      const inProcess = local[name];
      if (inProcess) return { kind: 'local', dataSource: inProcess };
      const url = urls[name] ?? composedUrl;
      if (!url) throw new Error(`SUBGRAPH_URLS names no URL for "${name}", nor does the supergraph`);
      const key = `${name} ${url}`;
      const remote = remotes.get(key) ?? createRemote(name, url);
      remotes.set(key, remote);
      return { kind: 'remote', ...remote };
    },
    async close() {
      await Promise.all([...remotes.values()].map(({ dataSource }) => dataSource.close()));
    },
  };
}

export function endpointOf(text: string): Endpoint {
  const graphql = new URL(text);
  if (graphql.pathname === '/') graphql.pathname = '/graphql';
  const stream = new URL(graphql);
  stream.protocol = graphql.protocol === 'https:' ? 'wss:' : 'ws:';
  return { graphql, stream: stream.href, readiness: new URL('/readyz', graphql) };
}
