/** Streams open now, events passed on, and how streams ended. */
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { createTally, type Tally } from '@fathom/platform/telemetry/tally';
import type { StreamObserver } from '../subscriptions/client-connection.ts';
import type { EventWay } from '../subscriptions/subscription-stream.ts';

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
  /** Each event is counted: an addition, where the metric would look its labels up. */
  const tallies = new Map<string, Readonly<Record<EventWay, Tally>>>();
  function talliesOf(subgraph: string): Readonly<Record<EventWay, Tally>> {
    const known = tallies.get(subgraph);
    if (known) return known;
    const made = {
      verbatim: createTally(events, { subgraph, way: 'verbatim' }),
      executed: createTally(events, { subgraph, way: 'executed' }),
    };
    tallies.set(subgraph, made);
    return made;
  }
  return {
    opened: (subgraph) => active.inc({ subgraph }),
    event: (subgraph, way) => talliesOf(subgraph)[way].add(1),
    closed: (subgraph, end) => {
      active.dec({ subgraph });
      ended.inc({ subgraph, end });
    },
  };
}
