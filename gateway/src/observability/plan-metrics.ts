/** How often operations had to be planned, and how long that took. */
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { createTally } from '@fathom/platform/telemetry/tally';
import type { PlanObserver } from '../execution/operation-plan.ts';

export function createPlanMetrics(metrics: Metrics): PlanObserver {
  const plans = metrics.counter({
    name: 'fathom_gateway_plans_total',
    help: 'Operations whose plan was made (planned) or was there already (reused).',
    labels: ['outcome'],
  });
  const durations = metrics.histogram({
    name: 'fathom_gateway_plan_duration_seconds',
    help: 'Time to make one plan.',
  });
  const reused = createTally(plans, { outcome: 'reused' });
  return {
    planned(seconds) {
      plans.inc({ outcome: 'planned' });
      durations.observe({}, seconds);
    },
    reused: () => reused.add(1),
  };
}
