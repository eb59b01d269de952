import { SpanKind } from '@opentelemetry/api';
import type { Metrics } from '../telemetry/metrics.ts';
import { extractTrace, withSpan } from '../telemetry/tracing.ts';
import type { Broker, SubscribeOptions } from './broker.ts';

/**
 * A broker whose traffic can be seen, whichever it is: counts and times in `fathom_broker_*`, and every handler in a
 * span that continues the trace of the transaction that announced the event.
 */
export function observeBroker(broker: Broker, { metrics }: { readonly metrics: Metrics }): Broker {
  const published = metrics.counter({
    name: 'fathom_broker_published_total',
    help: 'Messages that the broker has taken durably.',
    labels: ['topic'],
  });
  const handled = metrics.histogram({
    name: 'fathom_broker_handle_duration_seconds',
    help: 'Time of one delivery to a handler; a failed one is delivered again.',
    labels: ['topic', 'group', 'outcome'],
  });
  const delay = metrics.histogram({
    name: 'fathom_broker_delivery_delay_seconds',
    help: 'From a message’s publication to the start of its handler: grows when consumers fall behind.',
    labels: ['topic', 'group'],
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 3_600],
  });

  function observeHandler({ handle, group }: SubscribeOptions): SubscribeOptions['handle'] {
    return async (message) => {
      const { topic, partition, offset, id, publishedAt, headers } = message;
      const startedAt = performance.now();
      const observe = (outcome: 'ok' | 'failed') =>
        handled.observe({ topic, group, outcome }, (performance.now() - startedAt) / 1_000);
      delay.observe({ topic, group }, Math.max(0, Date.now() - publishedAt.getTime()) / 1_000);
      const attributes = {
        'messaging.operation.type': 'process',
        'messaging.system': broker.implementation,
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': String(partition),
        'messaging.consumer.group.name': group,
        'messaging.message.id': id,
        'messaging.message.offset': Number(offset),
      };
      const options = { kind: SpanKind.CONSUMER, parent: extractTrace(headers) };
      try {
        await withSpan(`process ${topic}`, attributes, () => handle(message), options);
        observe('ok');
      } catch (error) {
        observe('failed');
        throw error;
      }
    };
  }

  return {
    ...broker,
    publish: async (messages) => {
      await broker.publish(messages);
      for (const { topic } of messages) published.inc({ topic });
    },
    subscribe: (options) => broker.subscribe({ ...options, handle: observeHandler(options) }),
  };
}
