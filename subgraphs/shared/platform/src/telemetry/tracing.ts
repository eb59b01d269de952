/**
 * OpenTelemetry traces. A provider is always registered, so trace ids exist in logs, errors and events without any
 * collector; spans leave the process only when an OTLP endpoint is configured. Context travels as W3C headers.
 */
import {
  type Attributes,
  type Context,
  context,
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
import { type Trace, traceHeadersOf } from './trace.ts';
import { createUnrecordedTracing, type UnrecordedTracing } from './unrecorded-tracing.ts';

export interface TracingOptions {
  readonly service: string;
  readonly instanceId?: string | undefined;
  /** Base URL of an OTLP/HTTP collector; spans go to `<endpoint>/v1/traces`. */
  readonly endpoint?: string | undefined;
  /** Further processors, for instance an in-memory exporter in tests. */
  readonly processors?: readonly SpanProcessor[];
  /**
   * This process hands each trace on from call to call (`inTrace`) and needs no other way to know it. Where nothing is recorded
   * either, no trace follows its promises: that makes each of them cost twice, for good, from the first trace that did.
   */
  readonly handsOn?: boolean;
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is pending, for at most 2 s. */
  close(): Promise<void>;
}

const tracerName = 'fathom';

/** Of this process, while nobody takes its spans. */
let unrecorded: UnrecordedTracing | undefined;

/** Registers the provider of this process. A second call in the same process replaces the first one's. */
export async function startTracing({
  service,
  instanceId,
  endpoint,
  processors = [],
  handsOn = false,
}: TracingOptions): Promise<Tracing> {
  const spanProcessors = [...processors, ...(endpoint ? [await otlpProcessor(endpoint)] : [])];
  unrecorded = spanProcessors.length === 0 ? createUnrecordedTracing() : undefined;
  const provider =
    unrecorded ??
    new BasicTracerProvider({
      resource: resourceFromAttributes({
        'service.name': service,
        'service.namespace': 'fathom',
        ...(instanceId ? { 'service.instance.id': instanceId } : {}),
      }),
      spanProcessors,
    });
  trace.disable();
  trace.setGlobalTracerProvider(provider);
  if (!unrecorded || !handsOn)
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

export interface TraceOptions {
  /** Of the request that this answers, or what else carries a trace to it. */
  readonly from: Readonly<Record<string, unknown>>;
  /** Default: a server's. */
  readonly kind?: SpanKind;
}

/** As {@link withSpan}, for work that hands its trace on: nothing but ids is made where nobody takes the span. */
export function inTrace<T>(
  name: string,
  attributes: Attributes,
  work: (trace: Trace) => Promise<T>,
  { from, kind = SpanKind.SERVER }: TraceOptions,
): Promise<T> {
  if (unrecorded)
    return work(unrecorded.next(carries(from) ? trace.getSpanContext(extractTrace(from)) : undefined));
  return withSpan(
    name,
    attributes,
    (span) => {
      const spanContext = span.spanContext();
      return work({
        traceId: spanContext.traceId,
        headers: traceHeadersOf(spanContext),
        startedAtMs: performance.now(),
        note: (noted) => span.setAttributes(noted),
      });
    },
    { kind, parent: extractTrace(from) },
  );
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

/** The headers that carry the active trace to another process. */
export function injectTrace(from: Context = context.active()): Record<string, string> {
  return traceHeadersOf(trace.getSpanContext(from));
}

const carries = (headers: Readonly<Record<string, unknown>>): boolean => headers['traceparent'] !== undefined;

/** The context that headers from another process carry; a root context if they carry none or nonsense. */
export function extractTrace(headers: Readonly<Record<string, unknown>>): Context {
  if (!carries(headers)) return ROOT_CONTEXT;
  const carrier: Record<string, string> = {};
  for (const name of ['traceparent', 'tracestate']) {
    const value = headers[name];
    if (typeof value === 'string') carrier[name] = value;
  }
  return propagation.extract(ROOT_CONTEXT, carrier);
}
