import { baseEnv, jsonVariable, portVariable } from '@fathom/platform/env';
import { z } from 'zod';

export const env = baseEnv.extend({
  PORT: portVariable(4006),
  /** From a service's name to the base URL of its `/readyz` and `/metrics`. */
  MONITORED_SERVICES: jsonVariable(z.record(z.string(), z.url())),
  MONITOR_INTERVAL_MS: z.coerce.number().int().min(100).default(5_000),
});
