/** Database queries as metrics and, inside a traced request, as spans. Statements are parametrised: no values in them. */
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { QueryObservation } from '../database/database.ts';
import type { Metrics } from './metrics.ts';
import { activeTracer } from './tracing.ts';

const maxStatementLength = 500;

export function observeQueries(metrics: Metrics): (observation: QueryObservation) => void {
  const durations = metrics.histogram({
    name: 'fathom_database_query_duration_seconds',
    help: 'Time of one database query, by its verb and outcome.',
    labels: ['verb', 'outcome'],
  });
  return ({ sql, durationMs, failed }) => {
    const verb = /^\s*(?:--.*\n\s*)*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? 'other';
    durations.observe({ verb, outcome: failed ? 'failed' : 'ok' }, durationMs / 1000);
    if (!trace.getActiveSpan()) return;
    const endTime = Date.now();
    const span = activeTracer().startSpan(`database.${verb}`, {
      kind: SpanKind.CLIENT,
      startTime: endTime - durationMs,
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': sql.slice(0, maxStatementLength) },
    });
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  };
}
