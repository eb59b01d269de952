/** Database queries as metrics. Their spans are made where they run, see `database/queryable.ts`. */
import type { QueryObservation } from '../database/queryable.ts';
import type { Metrics } from './metrics.ts';

export function observeQueries(metrics: Metrics): (observation: QueryObservation) => void {
  const durations = metrics.histogram({
    name: 'fathom_database_query_duration_seconds',
    help: 'Time of one database query, by its verb and outcome.',
    labels: ['verb', 'outcome'],
  });
  return ({ sql, durationMs, failed }) => {
    const verb = /^\s*(?:--.*\n\s*)*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? 'other';
    durations.observe({ verb, outcome: failed ? 'failed' : 'ok' }, durationMs / 1000);
  };
}
