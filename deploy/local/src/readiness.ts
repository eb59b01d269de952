import { z } from 'zod';

const readinessSchema = z.object({
  status: z.string(),
  checks: z
    .record(
      z.string(),
      z.looseObject({
        ok: z.boolean(),
        detail: z.string().optional(),
        implementation: z.string().optional(),
      }),
    )
    .default({}),
  facts: z.record(z.string(), z.string()).default({}),
});
export type ServiceReadiness = z.infer<typeof readinessSchema>;

const askTimeoutMs = 3_000;

/** What a service says of itself at /readyz; undefined if it does not answer. */
export async function askReadiness(baseUrl: string): Promise<ServiceReadiness | undefined> {
  try {
    const response = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(askTimeoutMs) });
    return readinessSchema.parse(await response.json());
  } catch {
    return undefined;
  }
}

/** Its checks that fail, in words. */
export function failingChecks({ checks }: ServiceReadiness): readonly string[] {
  return Object.entries(checks)
    .filter(([, check]) => !check.ok)
    .map(([name, { detail }]) => `${name}: ${detail ?? 'is not ready'}`);
}
