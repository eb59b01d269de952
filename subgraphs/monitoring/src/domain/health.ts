import { z } from 'zod';

export type HealthStatus = 'HEALTHY' | 'DEGRADED' | 'DOWN' | 'UNKNOWN';

/** What `/readyz` of every service of the platform answers. */
export const readinessSchema = z.object({
  status: z.enum(['ready', 'degraded', 'not ready', 'draining']),
  checks: z.record(
    z.string(),
    z.object({ ok: z.boolean(), detail: z.string(), implementation: z.string().optional() }),
  ),
});

export type ReadinessAnswer = z.infer<typeof readinessSchema>;

export interface Dependency {
  readonly name: string;
  readonly isOk: boolean;
  readonly detail: string;
}

export interface ServiceCondition {
  readonly status: HealthStatus;
  readonly detail: string | null;
  readonly dependencies: readonly Dependency[];
}

export function conditionOf(answer: ReadinessAnswer): ServiceCondition {
  const dependencies = Object.entries(answer.checks).map(([name, { ok, detail, implementation }]) => ({
    name,
    isOk: ok,
    detail: ok ? (implementation ?? detail) : detail,
  }));
  const broken = dependencies.filter(({ isOk }) => !isOk).map(({ name, detail }) => `${name}: ${detail}`);
  const status = answer.status === 'ready' ? 'HEALTHY' : answer.status === 'not ready' ? 'DOWN' : 'DEGRADED';
  const detail =
    broken.length > 0 ? broken.join('; ') : answer.status === 'draining' ? 'it is shutting down' : null;
  return { status, detail, dependencies };
}

export function unreachable(reason: string): ServiceCondition {
  return { status: 'DOWN', detail: `It does not answer: ${reason}`, dependencies: [] };
}

const order: readonly HealthStatus[] = ['HEALTHY', 'UNKNOWN', 'DEGRADED', 'DOWN'];

export function worst(statuses: readonly HealthStatus[]): HealthStatus {
  if (statuses.length === 0) return 'UNKNOWN';
  return statuses.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a));
}
