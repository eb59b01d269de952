/** What every GraphQL server counts of its operations, one series a service, operation, type and outcome. */
import type { ApolloServerPlugin } from '@apollo/server';
import { trace } from '@opentelemetry/api';
import type { Metrics } from '../telemetry/metrics.ts';

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

/** Clients choose operation names, and each makes a series: beyond so many, the rest count as `other`. */
const maxNames = 300;

export function createOperationMetrics(metrics: Metrics): OperationMetrics {
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
  const known = new Set<string>();

  function boundedName(name: string | undefined): string {
    if (!name) return 'anonymous';
    if (known.has(name)) return name;
    if (known.size >= maxNames) return 'other';
    known.add(name);
    return name;
  }

  return {
    begin({ name, type }) {
      const startedAt = performance.now();
      const operation = boundedName(name);
      active.inc({ type });
      return (code) => {
        active.dec({ type });
        operations.inc({ operation, type, code });
        durations.observe({ operation, type }, (performance.now() - startedAt) / 1000);
      };
    },
    eventSent: () => events.inc(),
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
