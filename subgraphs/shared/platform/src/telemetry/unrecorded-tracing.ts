/**
 * Traces where nobody takes the spans: ids for logs, errors and other services, which may well record theirs, and nothing
 * that would be thrown away at the end of each span. A recorded one costs each request 10 us.
 */
import { randomFillSync } from 'node:crypto';
import {
  type Context,
  context,
  type Span,
  type SpanContext,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { type Trace, traceHeadersOf } from './trace.ts';

export interface UnrecordedTracing extends TracerProvider {
  /** The next part of the trace that `parent` belongs to, or of a new one. */
  next(parent: SpanContext | undefined): Trace;
  shutdown(): Promise<void>;
}

export function createUnrecordedTracing(): UnrecordedTracing {
  const tracer = new UnrecordedTracer();
  return {
    getTracer: () => tracer,
    next(parent) {
      const span = tracer.spanContext(parent);
      const startedAtMs = performance.now();
      return { traceId: span.traceId, headers: traceHeadersOf(span), startedAtMs, note: ignore };
    },
    shutdown: async () => undefined,
  };
}

const ignore = (): void => undefined;

class UnrecordedTracer implements Tracer {
  readonly #ids = createTraceIds();

  startSpan(_name: string, options: SpanOptions = {}, from: Context = context.active()): Span {
    return trace.wrapSpanContext(this.spanContext(options.root ? undefined : trace.getSpanContext(from)));
  }

  spanContext(parent: SpanContext | undefined): SpanContext {
    const spanId = this.#ids.spanId();
    // Sampled unless whoever began the trace says otherwise: other services decide by it.
    if (!parent) return { traceId: this.#ids.traceId(), spanId, traceFlags: TraceFlags.SAMPLED };
    const { traceId, traceFlags, traceState } = parent;
    return { traceId, spanId, traceFlags, ...(traceState ? { traceState } : {}) };
  }

  startActiveSpan<Work extends (span: Span) => unknown>(
    name: string,
    ...rest: [...(SpanOptions | Context)[], Work] | unknown[]
  ): ReturnType<Work> {
    const work = rest.at(-1) as Work;
    const [options, from] = rest.slice(0, -1) as [SpanOptions?, Context?];
    const parent = from ?? context.active();
    const span = this.startSpan(name, options, parent);
    return context.with(trace.setSpan(parent, span), () => work(span)) as ReturnType<Work>;
  }
}

/** Random, and never all zeros, which would mean none. Bytes are drawn by the thousand, since each request takes some. */
function createTraceIds() {
  const bytes = Buffer.alloc(4_096);
  let at = bytes.length;

  function draw(count: number): string {
    for (;;) {
      if (at + count > bytes.length) {
        randomFillSync(bytes);
        at = 0;
      }
      const id = bytes.toString('hex', at, at + count);
      at += count;
      if (!/^0+$/.test(id)) return id;
    }
  }
  return { traceId: () => draw(16), spanId: () => draw(8) };
}
