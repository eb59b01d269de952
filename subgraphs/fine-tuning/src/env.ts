import { cpus } from 'node:os';
import { baseEnv, portVariable } from '@fathom/platform/env';
import { z } from 'zod';

export const env = baseEnv.extend({
  PORT: portVariable(4004),
  /** Jobs at once in this instance; 0 takes none, for instances that only serve. */
  FINE_TUNING_CONCURRENCY: z.coerce.number().int().min(0).max(64).default(1),
  /** Threads of one job's worker. */
  FINE_TUNING_THREADS: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .default(() => cpus().length),
  /** How much a worker yields to serving: 0 not at all, 19 the most. */
  FINE_TUNING_NICENESS: z.coerce.number().int().min(0).max(19).default(10),
  /** How long a job stays with an instance that fell silent. */
  FINE_TUNING_LEASE_MS: z.coerce.number().int().min(500).default(6_000),
  /** Workers in a row that may die without a new checkpoint before a job fails. */
  FINE_TUNING_MAX_CRASHES: z.coerce.number().int().min(0).default(5),
});
export type Env = z.infer<typeof env>;
