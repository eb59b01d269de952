/** One data source a service, kept across reloads of the supergraph: a reload must not drop warm connections. */
import type { GraphQLDataSource } from '@apollo/gateway';
import { AppError } from '@fathom/platform/errors';
import type { Logger } from '@fathom/platform/logging';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { GraphQLSchema } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { toGraphQLError } from '../operations/refusal.ts';
import type { GatewaySettings } from '../settings.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { type Endpoints, endpointFor } from './endpoints.ts';
import { createHttpDataSource, type HttpDataSource } from './http-data-source.ts';
import { createLocalDataSource } from './local-data-source.ts';

export interface DataSources {
  of(service: string): GraphQLDataSource<GatewayContext>;
  close(): Promise<void>;
}

export interface DataSourcesOptions {
  readonly settings: GatewaySettings;
  readonly endpoints: Endpoints;
  readonly localSubgraphs: Readonly<Record<string, GraphQLSchema>>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly pause: (ms: number) => Promise<unknown>;
}

export function createDataSources(options: DataSourcesOptions): DataSources {
  const { settings, endpoints, localSubgraphs, metrics, logger, pause } = options;
  const local = new Map<string, GraphQLDataSource<GatewayContext>>();
  const remote = new Map<string, HttpDataSource>();
  const durations = metrics.histogram({
    name: 'fathom_gateway_fetch_duration_seconds',
    help: 'Fetches from subgraphs, retries included.',
    labels: ['subgraph', 'outcome'],
  });
  const circuits = metrics.gauge({
    name: 'fathom_gateway_circuit_open',
    help: '1 while a subgraph is not asked because it did not answer.',
    labels: ['subgraph'],
  });

  function createRemote(service: string): HttpDataSource {
    circuits.set({ subgraph: service }, 0);
    return createHttpDataSource({
      service,
      endpoint: endpointFor(endpoints, service),
      ...settings.fetches,
      pause,
      breaker: createCircuitBreaker({
        service,
        failures: settings.fetches.circuitFailures,
        openMs: settings.fetches.circuitOpenMs,
        onChange: (state) => {
          circuits.set({ subgraph: service }, state === 'open' ? 1 : 0);
          logger.warn({ subgraph: service, state }, 'a circuit changed');
        },
      }),
      observe: (outcome, seconds) => durations.observe({ subgraph: service, outcome }, seconds),
    });
  }

  return {
    of(service) {
      const schema = localSubgraphs[service];
      if (schema) {
        const source = local.get(service) ?? createLocalDataSource(schema);
        local.set(service, source);
        return source;
      }
      // A service of the supergraph that has no URL yet fails when it is asked, not when the gateway starts.
      if (!endpoints.has(service)) return unreachable(endpoints, service);
      const source = remote.get(service) ?? createRemote(service);
      remote.set(service, source);
      return source;
    },
    async close() {
      await Promise.all([...remote.values()].map((source) => source.close()));
    },
  };
}

function unreachable(endpoints: Endpoints, service: string): GraphQLDataSource<GatewayContext> {
  return {
    async process() {
      try {
        endpointFor(endpoints, service);
      } catch (error) {
        if (error instanceof AppError) throw toGraphQLError(error);
        throw error;
      }
      throw new Error(`${service} has an endpoint after all`);
    },
  };
}
