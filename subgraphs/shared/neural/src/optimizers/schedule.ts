/** How the learning rate moves over the steps of a run. Steps count from 1. */
export type Schedule =
  | { readonly kind: 'constant'; readonly warmupSteps?: number }
  | {
      readonly kind: 'cosine';
      readonly warmupSteps: number;
      readonly totalSteps: number;
      /** The rate at the end, as a share of the peak. */
      readonly finalRatio?: number;
    };

/** Share of the peak learning rate at a step: linear from 0 over the warm-up, then constant or half a cosine. */
export function learningRateRatio(schedule: Schedule, step: number): number {
  const warmupSteps = schedule.warmupSteps ?? 0;
  if (step <= warmupSteps) return step / warmupSteps;
  if (schedule.kind === 'constant') return 1;
  const finalRatio = schedule.finalRatio ?? 0;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, schedule.totalSteps - warmupSteps));
  return finalRatio + (1 - finalRatio) * 0.5 * (1 + Math.cos(Math.PI * progress));
}
