/** A trace as it is handed on from call to call: what logs and errors say of it, and what carries it to other processes. */
import { type Attributes, isSpanContextValid, type SpanContext } from '@opentelemetry/api';

/** `traceparent` and, if any, `tracestate` (W3C). */
export type TraceHeaders = Readonly<Record<string, string>>;

export interface Trace {
  /** 32 hex digits; zeros where there is none. */
  readonly traceId: string;
  readonly headers: TraceHeaders;
  /** When this part of it began, by `performance.now()`. */
  readonly startedAtMs: number;
  /** Of the span that this part of the trace is, where somebody takes it. */
  readonly note: (attributes: Attributes) => void;
}

/** None where it carries nothing. */
export function traceHeadersOf(span: SpanContext | undefined): Record<string, string> {
  if (!span || !isSpanContextValid(span)) return {};
  // What the W3C propagator writes, without its detours: every request needs it.
  const flags = (span.traceFlags & 0xff).toString(16).padStart(2, '0');
  const traceparent = `00-${span.traceId}-${span.spanId}-${flags}`;
  const tracestate = span.traceState?.serialize();
  return tracestate ? { traceparent, tracestate } : { traceparent };
}
