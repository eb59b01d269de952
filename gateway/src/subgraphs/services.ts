/**
 * The services behind the graph: where each is, how it is asked. Kept across reloads, so that a reload does not drop warm
 * connections or forget that a circuit is open: a service is another one only where its URL or settings are others.
 *
 *   asked for -> held by the snapshots that use it -> held by none -> a minute later its connections are closed
 */
import { CircuitBreaker, type CircuitState } from '@fathom/platform/client/circuit-breaker';
import type { Logger } from '@fathom/platform/logging';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { createObservations } from '@fathom/platform/telemetry/tally';
import type { FetchSettings } from './fetch-settings.ts';
import { createHttpSubgraph, type FetchObserver, type HttpSubgraph } from './http-subgraph.ts';
import type { Subgraph } from './subgraph.ts';

export type Service =
  | { readonly kind: 'local'; readonly subgraph: Subgraph }
  | { readonly kind: 'remote'; readonly subgraph: Subgraph; readonly endpoint: Endpoint };

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
  of(routing: Routing, name: string, composedUrl: string | undefined): Service;
  /** A snapshot uses these until it lets go of them. */
  hold(services: Readonly<Record<string, Service>>): void;
  letGo(services: Readonly<Record<string, Service>>): void;
  close(): Promise<void>;
}

export interface Routing {
  /** By service; a base URL, or one that ends in the GraphQL path. */
  readonly subgraphUrls: Readonly<Record<string, string>>;
  readonly fetches: FetchSettings;
  /** What differs for one service. */
  readonly fetchesOf: Readonly<Record<string, Partial<FetchSettings>>>;
}

export interface ServicesOptions {
  /** Those that live in this process. */
  readonly local: Readonly<Record<string, Subgraph>>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly pause: (ms: number) => Promise<unknown>;
}

interface Remote {
  readonly endpoint: Endpoint;
  readonly subgraph: HttpSubgraph;
  holders: number;
  leaving: NodeJS.Timeout | undefined;
}

/** Longer than an operation takes from its admission to its first fetch: it may have been given its snapshot just before. */
const leavesAfterMs = 60_000;

export function createServices(options: ServicesOptions): Services {
  const { local, metrics, logger, pause } = options;
  const remotes = new Map<string, Remote>();
  const observer = createFetchMetrics(metrics);

  function createRemote(name: string, url: string, settings: FetchSettings): Remote {
    const observed = observer(name);
    const breaker = new CircuitBreaker({
      name,
      failures: settings.circuitFailures,
      openMs: settings.circuitOpenMs,
      onChange(state) {
        observed.circuit(state);
        logger.warn({ subgraph: name, state }, 'a circuit changed');
      },
    });
    const endpoint = endpointOf(url);
    const subgraph = createHttpSubgraph({
      service: name,
      url: endpoint.graphql,
      settings,
      breaker,
      pause,
      observer: observed,
    });
    return { endpoint, subgraph, holders: 0, leaving: undefined };
  }

  function remotesOf(services: Readonly<Record<string, Service>>): readonly Remote[] {
    const used = new Set(Object.values(services).map(({ subgraph }) => subgraph));
    return [...remotes.values()].filter(({ subgraph }) => used.has(subgraph));
  }

  /** Also what was made for a snapshot that did not load. */
  function dismissUnheld(): void {
    for (const [key, remote] of remotes) {
      if (remote.holders > 0 || remote.leaving) continue;
      remote.leaving = setTimeout(() => {
        remotes.delete(key);
        remote.subgraph
          .close()
          .catch((error: unknown) =>
            logger.warn({ err: error }, 'a service that is not asked any more did not close'),
          );
      }, leavesAfterMs).unref();
    }
  }

  return {
    of({ subgraphUrls, fetches, fetchesOf }, name, composedUrl) {
      const inProcess = local[name];
      if (inProcess) return { kind: 'local', subgraph: inProcess };
      const url = subgraphUrls[name] ?? composedUrl;
      if (!url) throw new Error(`SUBGRAPH_URLS names no URL for "${name}", nor does the supergraph`);
      const settings = { ...fetches, ...fetchesOf[name] };
      const key = `${name} ${url} ${JSON.stringify(settings)}`;
      const remote = remotes.get(key) ?? createRemote(name, url, settings);
      remotes.set(key, remote);
      // Asked for again, it stays: whoever asks holds it once his snapshot has loaded.
      clearTimeout(remote.leaving);
      remote.leaving = undefined;
      const { endpoint, subgraph } = remote;
      return { kind: 'remote', endpoint, subgraph };
    },
    hold(services) {
      for (const remote of remotesOf(services)) {
        remote.holders += 1;
        clearTimeout(remote.leaving);
        remote.leaving = undefined;
      }
      dismissUnheld();
    },
    letGo(services) {
      for (const remote of remotesOf(services)) remote.holders -= 1;
      dismissUnheld();
    },
    async close() {
      for (const { leaving } of remotes.values()) clearTimeout(leaving);
      await Promise.all([...remotes.values()].map(({ subgraph }) => subgraph.close()));
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

interface ObservedService extends FetchObserver {
  circuit(state: CircuitState): void;
}

function createFetchMetrics(metrics: Metrics): (subgraph: string) => ObservedService {
  const durations = metrics.histogram({
    name: 'fathom_gateway_fetch_duration_seconds',
    help: 'Fetches from subgraphs, with all they waited for, by outcome.',
    labels: ['subgraph', 'outcome'],
  });
  const events = metrics.counter({
    name: 'fathom_gateway_fetch_events_total',
    help: 'Fetches that were retried, hedged, or refused because too many wait for their turn (overloaded).',
    labels: ['subgraph', 'event'],
  });
  const circuits = metrics.gauge({
    name: 'fathom_gateway_circuit_open',
    help: '1 while a subgraph is not asked because it did not answer, 0.5 while it is tried again.',
    labels: ['subgraph'],
  });
  return (subgraph) => {
    circuits.set({ subgraph }, 0);
    const ended = {
      ok: createObservations(durations, { subgraph, outcome: 'ok' }),
      error: createObservations(durations, { subgraph, outcome: 'error' }),
    };
    return {
      ended: (outcome, seconds) => ended[outcome].observe(seconds),
      happened: (event) => events.inc({ subgraph, event }),
      circuit: (state) => circuits.set({ subgraph }, { closed: 0, 'half-open': 0.5, open: 1 }[state]),
    };
  };
}
