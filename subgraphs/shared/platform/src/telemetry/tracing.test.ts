import { trace as active } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, test } from 'vitest';
import type { Trace } from './trace.ts';
import { inTrace, startTracing, type Tracing, withSpan } from './tracing.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-00`;
const tracestate = 'vendor=1';

let tracing: Tracing;
afterEach(() => tracing.close());

/** What work is handed, and whether it finds the same without that, in its first turn and behind a promise. */
async function begin(from: Readonly<Record<string, unknown>>) {
  return inTrace(
    'work',
    {},
    async (trace: Trace) => {
      trace.note({ noted: 1 });
      const inItsTurn = active.getActiveSpan()?.spanContext().traceId;
      await Promise.resolve();
      return { trace, inItsTurn, later: active.getActiveSpan()?.spanContext().traceId };
    },
    { from },
  );
}

describe('a trace that is handed on, where nobody takes spans', () => {
  test('goes on with what came, as another part of it, and follows no promise', async () => {
    tracing = await startTracing({ service: 'test', handsOn: true });
    const { trace, inItsTurn, later } = await begin({ traceparent, tracestate });
    expect(trace.traceId).toBe(traceId);
    expect(trace.headers).toEqual({
      traceparent: expect.stringMatching(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-00$`)),
      tracestate,
    });
    expect([inItsTurn, later]).toEqual([undefined, undefined]);
  });

  test.each([[{}], [{ traceparent: 'nonsense' }], [{ traceparent: ['a', 'b'] }]])(
    'begins anew, to be sampled, where %j came',
    async (from) => {
      tracing = await startTracing({ service: 'test', handsOn: true });
      const [one, other] = [(await begin(from)).trace, (await begin(from)).trace];
      expect(one.headers).toEqual({
        traceparent: expect.stringMatching(new RegExp(`^00-${one.traceId}-[0-9a-f]{16}-01$`)),
      });
      expect(one.traceId).not.toBe(other.traceId);
    },
  );
});

test('a trace whose spans somebody takes is the same in them, in what is handed on and behind promises', async () => {
  const exporter = new InMemorySpanExporter();
  const processors = [new SimpleSpanProcessor(exporter)];
  tracing = await startTracing({ service: 'test', handsOn: true, processors });
  await inTrace(
    'request',
    {},
    async (trace) => {
      await Promise.resolve();
      trace.note({ noted: 1 });
      await withSpan('statement', {}, async () => undefined);
      expect(trace.headers).toEqual({ traceparent: expect.stringContaining(traceId) });
    },
    { from: { traceparent: traceparent.replace(/00$/, '01') } },
  );
  const [statement, request] = exporter.getFinishedSpans();
  expect(request).toMatchObject({ name: 'request', attributes: { noted: 1 } });
  expect(request?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  expect(statement?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
  expect(statement?.spanContext().traceId).toBe(traceId);
});
