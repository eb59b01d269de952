/** What every GraphQL server counts of its operations, one series a service, operation, type and outcome. */
import type { ApolloServerPlugin } from '@apollo/server';
import { trace } from '@opentelemetry/api';
import type { Metrics } from '../telemetry/metrics.ts';
import { createObservations, createTally, type Observations, type Tally } from '../telemetry/tally.ts';

export interface ObservedOperation {
  readonly name: string | undefined;
  readonly type: 'query' | 'mutation' | 'subscription' | 'unknown';
}

export interface OperationMetrics {
  /** Starts the clock; call the result once with `OK`, an error's code or a cancel reason. */
  begin(operation: ObservedOperation): (code: string) => void;
  /** One event was sent to a subscriber. */
  eventSent(): void;
}

interface OperationSeries {
  readonly durations: Observations;
  readonly codes: Map<string, Tally>;
}

/** Clients choose operation names, and each makes a series: beyond so many, or so long a one, they count as `other`. */
const maxNames = 300;
const maxNameLength = 100;

/** `knownNames` are counted by themselves, however many others came before them. */
export function createOperationMetrics(
  metrics: Metrics,
  knownNames: readonly string[] = [],
): OperationMetrics {
  const operations = metrics.counter({
    name: 'fathom_graphql_operations_total',
    help: 'GraphQL operations that ended, by outcome: OK, an error code, or why it was cancelled.',
    labels: ['operation', 'type', 'code'],
  });
  const durations = metrics.histogram({
    name: 'fathom_graphql_operation_duration_seconds',
    help: 'From the arrival of a GraphQL operation to its last byte; for subscriptions, to their end.',
    labels: ['operation', 'type'],
  });
  const active = metrics.gauge({
    name: 'fathom_graphql_operations_in_flight',
    help: 'GraphQL operations under way.',
    labels: ['type'],
  });
  const events = metrics.counter({
    name: 'fathom_graphql_subscription_events_total',
    help: 'Events sent to subscribers.',
  });
  const eventsSent = createTally(events, {});
  const known = new Set(knownNames);
  const mostNames = known.size + maxNames;
  const typesInFlight = new Map<string, Tally>();
  /** Of an operation and its type. Both are bounded, as codes are. */
  const series = new Map<string, OperationSeries>();

  function inFlight(type: ObservedOperation['type']): Tally {
    const tally = typesInFlight.get(type) ?? createTally(active, { type });
    typesInFlight.set(type, tally);
    return tally;
  }

  function seriesOf(operation: string, type: ObservedOperation['type']): OperationSeries {
    const key = `${type} ${operation}`;
    let found = series.get(key);
    if (!found) {
      found = { durations: createObservations(durations, { operation, type }), codes: new Map() };
      series.set(key, found);
    }
    return found;
  }

  function boundedName(name: string | undefined): string {
    if (!name) return 'anonymous';
    if (known.has(name)) return name;
    if (known.size >= mostNames || name.length > maxNameLength) return 'other';
    known.add(name);
    return name;
  }

  return {
    begin({ name, type }) {
      const startedAt = performance.now();
      const operation = boundedName(name);
      const running = inFlight(type);
      const { codes, durations: ofOperation } = seriesOf(operation, type);
      running.add(1);
      return (code) => {
        running.add(-1);
        let ended = codes.get(code);
        if (!ended) {
          ended = createTally(operations, { operation, type, code });
          codes.set(code, ended);
        }
        ended.add(1);
        ofOperation.observe((performance.now() - startedAt) / 1000);
      };
    },
    eventSent: () => eventsSent.add(1),
  };
}

/** The Apollo plugin that counts operations which come over HTTP. */
export function observeOperations(metrics: OperationMetrics): ApolloServerPlugin {
  return {
    async requestDidStart() {
      let finish: ((code: string) => void) | undefined;
      return {
        async didResolveOperation({ operation, operationName }) {
          if (!operation) return;
          trace
            .getActiveSpan()
            ?.updateName(`graphql.${operation.operation}`)
            .setAttribute('graphql.operation.name', operationName ?? '');
          finish = metrics.begin({ name: operationName ?? undefined, type: operation.operation });
        },
        async willSendResponse({ response }) {
          // What was refused before it was understood has no name and no type.
          finish ??= metrics.begin({ name: undefined, type: 'unknown' });
          const errors = response.body.kind === 'single' ? response.body.singleResult.errors : undefined;
          finish(errors?.[0] ? String(errors[0].extensions?.['code']) : 'OK');
        },
      };
    },
  };
}
