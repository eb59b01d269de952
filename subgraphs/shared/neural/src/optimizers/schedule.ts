/**
 * How the learning rate moves over the steps of a run. Steps count from 1. Each rises linearly from 0 over its warm-up;
 * `finalRatio` is the rate at the end as a share of the peak, 0 by default.
 */
export type Schedule =
  | { readonly kind: 'constant'; readonly warmupSteps?: number }
  | {
      readonly kind: 'cosine' | 'linear';
      readonly warmupSteps: number;
      readonly totalSteps: number;
      readonly finalRatio?: number;
    }
  /** √(warm-up / step) after the warm-up (Vaswani et al. 2017): needs no last step. */
  | { readonly kind: 'inverse-sqrt'; readonly warmupSteps: number };

/** Share of the peak learning rate at a step. */
export function learningRateRatio(schedule: Schedule, step: number): number {
  const warmupSteps = schedule.warmupSteps ?? 0;
  if (step <= warmupSteps) return step / warmupSteps;
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'inverse-sqrt':
      return Math.sqrt(Math.max(1, warmupSteps) / step);
    case 'cosine':
    case 'linear': {
      const finalRatio = schedule.finalRatio ?? 0;
      const progress = Math.min(1, (step - warmupSteps) / Math.max(1, schedule.totalSteps - warmupSteps));
      const left = schedule.kind === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
      return finalRatio + (1 - finalRatio) * left;
    }
  }
}
