import { SpanKind } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../telemetry/metrics.ts';
import { startTracing, type Tracing } from '../telemetry/tracing.ts';
import type { Broker, DeliveredMessage, SubscribeOptions } from './broker.ts';
import { observeBroker } from './observed-broker.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';

const delivered: DeliveredMessage = {
  id: 'm1',
  topic: 'alias.moved',
  key: 'k',
  payload: null,
  headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  partition: 3,
  offset: 7n,
  publishedAt: new Date(),
};

/** Keeps the handler it is given, so that the test delivers. */
function createSilentBroker(): {
  readonly broker: Broker;
  deliver(message: DeliveredMessage): Promise<void>;
} {
  let handle: SubscribeOptions['handle'] | undefined;
  return {
    deliver: (message) => handle!(message),
    broker: {
      implementation: 'embedded',
      publish: async () => undefined,
      subscribe: async (options) => {
        handle = options.handle;
        return { close: async () => undefined };
      },
      async *replay() {},
      ping: async () => undefined,
      close: async () => undefined,
    },
  };
}

describe('observeBroker', () => {
  const exporter = new InMemorySpanExporter();
  let tracing: Tracing;
  beforeAll(async () => {
    tracing = await startTracing({ service: 'test', processors: [new SimpleSpanProcessor(exporter)] });
  });
  afterAll(() => tracing.close());

  it('continues the trace of the event’s transaction in its handler, and shows a failure as one', async () => {
    const { broker, deliver } = createSilentBroker();
    const metrics = createMetrics({ service: 'test', processMetrics: false });
    let failures = 1;
    await observeBroker(broker, { metrics }).subscribe({
      topics: ['alias.moved'],
      group: 'inference',
      handle: async () => {
        if (failures-- > 0) throw new Error('not now');
      },
    });
    await expect(deliver(delivered)).rejects.toThrow('not now');
    await deliver(delivered);

    const spans = exporter.getFinishedSpans().filter(({ name }) => name === 'process alias.moved');
    expect(spans.map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
    expect(spans.map(({ kind }) => kind)).toEqual([SpanKind.CONSUMER, SpanKind.CONSUMER]);
    expect(spans[0]?.attributes['messaging.message.id']).toBe('m1');
    const text = await metrics.registry.metrics();
    const count = (outcome: string) =>
      `fathom_broker_handle_duration_seconds_count{service="test",topic="alias.moved",group="inference",outcome="${outcome}"} 1`;
    expect(text).toContain(count('ok'));
    expect(text).toContain(count('failed'));
  });

  it('counts what the broker took, and not what it refused', async () => {
    const { broker } = createSilentBroker();
    const metrics = createMetrics({ service: 'test', processMetrics: false });
    const message = { id: 'a', topic: 't', key: 'k', payload: null };
    await observeBroker(broker, { metrics }).publish([message, { ...message, id: 'b' }]);
    const refusing = { ...broker, publish: () => Promise.reject(new Error('down')) };
    await expect(observeBroker(refusing, { metrics }).publish([message])).rejects.toThrow('down');
    expect(await metrics.registry.metrics()).toMatch(
      /fathom_broker_published_total\{[^}]*topic="t"[^}]*\} 2/,
    );
  });
});
