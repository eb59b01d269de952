/**
 * Traces where nobody takes the spans: ids for logs, errors and other services, which may well record theirs, and nothing
 * that would be thrown away at the end of each span. A recorded one costs each request 10 us.
 */
import { randomFillSync } from 'node:crypto';
import {
  type Context,
  context,
  type Span,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';

export interface UnrecordedTracing extends TracerProvider {
  shutdown(): Promise<void>;
}

export function createUnrecordedTracing(): UnrecordedTracing {
  const tracer = new UnrecordedTracer();
  return { getTracer: () => tracer, shutdown: async () => undefined };
}

class UnrecordedTracer implements Tracer {
  readonly #ids = createTraceIds();

  startSpan(_name: string, options: SpanOptions = {}, from: Context = context.active()): Span {
    const parent = options.root ? undefined : trace.getSpanContext(from);
    return trace.wrapSpanContext({
      traceId: parent?.traceId ?? this.#ids.traceId(),
      spanId: this.#ids.spanId(),
      // Sampled unless whoever began the trace says otherwise: other services decide by it.
      traceFlags: parent?.traceFlags ?? TraceFlags.SAMPLED,
      ...(parent?.traceState ? { traceState: parent.traceState } : {}),
    });
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
