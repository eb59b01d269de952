/**
 * OpenTelemetry traces. A provider is always registered, so trace ids exist in logs, errors and events without any
 * collector; spans leave the process only when an OTLP endpoint is configured. Context travels as W3C headers.
 */
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { within } from '../deferred.ts';
import { createUnrecordedTracing } from './unrecorded-tracing.ts';

export interface TracingOptions {
  readonly service: string;
  readonly instanceId?: string | undefined;
  /** Base URL of an OTLP/HTTP collector; spans go to `<endpoint>/v1/traces`. */
  readonly endpoint?: string | undefined;
  /** Further processors, for instance an in-memory exporter in tests. */
  readonly processors?: readonly SpanProcessor[];
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is pending, for at most 2 s. */
  close(): Promise<void>;
}

export type TraceHeaders = Readonly<Record<string, string>>;

const tracerName = 'fathom';

/** Registers the provider of this process. A second call in the same process replaces the first one's. */
export async function startTracing({
  service,
  instanceId,
  endpoint,
  processors = [],
}: TracingOptions): Promise<Tracing> {
  const spanProcessors = [...processors, ...(endpoint ? [await otlpProcessor(endpoint)] : [])];
  const provider =
    spanProcessors.length === 0
      ? createUnrecordedTracing()
      : new BasicTracerProvider({
          resource: resourceFromAttributes({
            'service.name': service,
            'service.namespace': 'fathom',
            ...(instanceId ? { 'service.instance.id': instanceId } : {}),
          }),
          spanProcessors,
        });
  trace.disable();
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return {
    tracer: provider.getTracer(tracerName),
    close: async () => {
      // A collector that is down must not hold up a shutdown; its spans are lost and the service's work is not.
      await within(
        provider.shutdown().catch(() => undefined),
        2_000,
      );
    },
  };
}

/** Imported only when it is needed: loading it takes 50 to 120 ms of a service's start. */
async function otlpProcessor(endpoint: string): Promise<SpanProcessor> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  return new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` }));
}

export const activeTracer = (): Tracer => trace.getTracer(tracerName);

export interface SpanOptions {
  readonly kind?: SpanKind;
  /** Default: the active context. */
  readonly parent?: Context;
}

/** Runs `work` inside a span; a throw marks the span as failed and passes on. */
export async function withSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
  options: SpanOptions = {},
): Promise<T> {
  const span = activeTracer().startSpan(
    name,
    { attributes, kind: options.kind ?? SpanKind.INTERNAL },
    options.parent ?? context.active(),
  );
  try {
    return await context.with(trace.setSpan(options.parent ?? context.active(), span), () => work(span));
  } catch (error) {
    recordFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
}

export function recordFailure(span: Span, error: unknown): void {
  if (error instanceof Error) span.recordException(error);
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: error instanceof Error ? error.message : String(error),
  });
}

/** 32 hex digits; zeros outside any request. */
export function currentTraceId(): string {
  return trace.getActiveSpan()?.spanContext().traceId ?? '0'.repeat(32);
}

/** The headers that carry the active trace to another process: `traceparent` and, if any, `tracestate`. */
export function injectTrace(from: Context = context.active()): Record<string, string> {
  const span = trace.getSpanContext(from);
  if (!span || !isSpanContextValid(span)) return {};
  // What the W3C propagator writes, without its detours: every request needs it.
  const flags = (span.traceFlags & 0xff).toString(16).padStart(2, '0');
  const traceparent = `00-${span.traceId}-${span.spanId}-${flags}`;
  const tracestate = span.traceState?.serialize();
  return tracestate ? { traceparent, tracestate } : { traceparent };
}

/** The context that headers from another process carry; a root context if they carry none or nonsense. */
export function extractTrace(headers: Readonly<Record<string, unknown>>): Context {
  if (headers['traceparent'] === undefined) return ROOT_CONTEXT;
  const carrier: Record<string, string> = {};
  for (const name of ['traceparent', 'tracestate']) {
    const value = headers[name];
    if (typeof value === 'string') carrier[name] = value;
  }
  return propagation.extract(ROOT_CONTEXT, carrier);
}
