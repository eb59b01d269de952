import type { Context } from '../context.ts';
import { type HealthStatus, worst } from '../domain/health.ts';
import { requestStatistics } from '../domain/statistics.ts';
import type { AlertRecord, ServiceRecord } from '../mappers.ts';
import { firingAlerts } from '../stores/alert-store.ts';

export interface PlatformHealthRecord {
  readonly status: HealthStatus;
  readonly summary: string;
  readonly unhealthyServices: readonly ServiceRecord[];
  readonly firingAlerts: readonly AlertRecord[];
  readonly requestsPerSecond: number;
  readonly errorRatio: number;
  readonly checkedAt: Date | null;
}

/** The public door, whose operations are the platform's. */
const gateway = 'gateway';
const windowSeconds = 60;

export async function platformHealth({
  services,
  loaders,
  database,
}: Context): Promise<PlatformHealthRecord> {
  const [records, alerts, snapshots] = await Promise.all([
    loaders.service.loadMany(services) as Promise<ServiceRecord[]>,
    firingAlerts(database),
    loaders.window.load(windowSeconds),
  ]);
  const unhealthy = records.filter(({ status }) => status !== 'HEALTHY');
  const from = new Date(loaders.now.getTime() - windowSeconds * 1000);
  const { perSecond, errorRatio } = requestStatistics(snapshots.get(gateway) ?? [], {
    from,
    to: loaders.now,
  });
  const checked = records
    .flatMap(({ checkedAt }) => checkedAt ?? [])
    .sort((a, b) => a.getTime() - b.getTime());
  return {
    status: worst(records.map(({ status }) => status)),
    summary: summaryOf(records, unhealthy, alerts.length),
    unhealthyServices: unhealthy,
    firingAlerts: alerts,
    requestsPerSecond: perSecond,
    errorRatio,
    checkedAt: checked[0] ?? null,
  };
}

function summaryOf(
  all: readonly ServiceRecord[],
  unhealthy: readonly ServiceRecord[],
  alertCount: number,
): string {
  const services =
    unhealthy.length === 0
      ? `All ${all.length} services are well`
      : unhealthy.map(({ name, status }) => `${name} is ${status}`).join(', ');
  const alerts =
    alertCount === 0 ? 'no alert fires' : `${alertCount} ${alertCount === 1 ? 'alert fires' : 'alerts fire'}`;
  return `${services}; ${alerts}.`;
}
