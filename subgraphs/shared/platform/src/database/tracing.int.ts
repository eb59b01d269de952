import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTracing, type Tracing, withSpan } from '../telemetry/tracing.ts';
import { useTestDatabase } from '../testing/postgres.ts';
import { createRecordingBroker } from '../testing/recording-broker.ts';
import { migrate } from './migrate.ts';
import { startOutboxRelay } from './outbox.ts';

const exporter = new InMemorySpanExporter();
const testDatabase = useTestDatabase();
let tracing: Tracing;

beforeAll(async () => {
  tracing = await startTracing({ service: 'test', processors: [new SimpleSpanProcessor(exporter)] });
});
afterAll(() => tracing.close());

describe('a trace', () => {
  it('shows the queries of its request as spans, and none of those that belong to no request', async () => {
    const database = await testDatabase.open();
    exporter.reset();
    await database.query('select 1');
    expect(exporter.getFinishedSpans()).toEqual([]);
    await withSpan('request', {}, async () => {
      await database.query('select 2 as n');
      await database.query('select nonsense').catch(() => undefined);
    });
    const [query, failed, request] = exporter.getFinishedSpans();
    expect(request?.name).toBe('request');
    expect(query).toMatchObject({
      name: 'postgres SELECT',
      parentSpanContext: { spanId: request?.spanContext().spanId },
      attributes: {
        'db.system.name': 'postgresql',
        'db.namespace': 'test',
        'db.query.text': 'select 2 as n',
      },
    });
    expect(failed?.status.message).toContain('nonsense');
  });

  it('goes on behind the broker: an event carries the trace of the transaction that announced it', async () => {
    const database = await testDatabase.open();
    await migrate(database, { directory: new URL('../testing/sql-fixture/', import.meta.url) });
    const broker = createRecordingBroker();
    const relay = startOutboxRelay({ database, broker, pollMs: 100 });
    let traceId = '';
    await withSpan('request', {}, async (span) => {
      traceId = span.spanContext().traceId;
      await database.transaction((tx) => tx.publish({ topic: 'a', key: 'k', payload: 1 }));
    });
    await vi.waitFor(() => expect(broker.published).toHaveLength(1), { timeout: 20_000 });
    expect(broker.published[0]?.headers?.traceparent).toContain(traceId);
    await relay.close();
  });
});
