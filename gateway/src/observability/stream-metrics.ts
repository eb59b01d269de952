/** Streams open now, events passed on, and how streams ended. */
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { StreamObserver } from '../subscriptions/client-connection.ts';

export function createStreamMetrics(metrics: Metrics): StreamObserver {
  const active = metrics.gauge({
    name: 'fathom_gateway_streams_active',
    help: 'Subscriptions that are relayed now, by the service that streams them.',
    labels: ['subgraph'],
  });
  const events = metrics.counter({
    name: 'fathom_gateway_stream_events_total',
    help: 'Events passed from a service to clients, unchanged (verbatim) or through the executor (executed).',
    labels: ['subgraph', 'way'],
  });
  const ended = metrics.counter({
    name: 'fathom_gateway_streams_total',
    help: 'Subscriptions that ended: completed, failed, unsubscribed or disconnected.',
    labels: ['subgraph', 'end'],
  });
  return {
    opened: (subgraph) => active.inc({ subgraph }),
    event: (subgraph, way) => events.inc({ subgraph, way }),
    closed: (subgraph, end) => {
      active.dec({ subgraph });
      ended.inc({ subgraph, end });
    },
  };
}
