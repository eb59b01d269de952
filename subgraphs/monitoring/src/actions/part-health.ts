import type { HealthStatus } from '../domain/health.ts';
import type { TimedSnapshot } from '../domain/snapshot.ts';
import {
  deviceBusyRatio,
  deviceTokensPerSecond,
  type ModelVersionStatistics,
  modelVersionStatistics,
} from '../domain/statistics.ts';
import type { Loaders } from '../loaders.ts';

/** How well a device or a model version is, from what the services that run it exposed last. */
export interface DeviceHealthRecord {
  readonly status: HealthStatus;
  readonly detail: string;
  readonly busyRatio: number | null;
  readonly tokensPerSecond: number | null;
  readonly checkedAt: Date | null;
}

const minute = 60;
const quarterOfAnHour = 900;

export async function deviceHealth(loaders: Loaders, id: string): Promise<DeviceHealthRecord> {
  const snapshots = holderOf(await loaders.window.load(minute), ({ content }) =>
    Object.hasOwn(content.devices, id),
  );
  const latest = snapshots.at(-1);
  if (!latest) {
    return {
      status: 'UNKNOWN',
      detail: 'It was not seen in the last minute.',
      busyRatio: null,
      tokensPerSecond: null,
      checkedAt: null,
    };
  }
  const span = { from: new Date(loaders.now.getTime() - minute * 1000), to: loaders.now };
  const device = latest.content.devices[id];
  const state = {
    checkedAt: latest.at,
    busyRatio: deviceBusyRatio(snapshots, span, id),
    tokensPerSecond: deviceTokensPerSecond(snapshots, span, id),
  };
  if (latest.content.startedAt === null)
    return { ...state, status: 'DOWN', detail: 'The service that runs it does not answer.' };
  if (!device?.isUp)
    return { ...state, status: 'DOWN', detail: 'Its worker is lost and is being restarted.' };
  return {
    ...state,
    status: 'HEALTHY',
    detail: device.queue > 0 ? `It works; ${device.queue} requests wait.` : 'It works.',
  };
}

export interface ModelVersionHealthRecord extends ModelVersionStatistics {
  readonly status: HealthStatus;
  readonly detail: string;
}

export async function modelVersionHealth(loaders: Loaders, id: string): Promise<ModelVersionHealthRecord> {
  const snapshots = holderOf(await loaders.window.load(quarterOfAnHour), ({ content }) =>
    Object.hasOwn(content.modelVersions, id),
  );
  const span = { from: new Date(loaders.now.getTime() - quarterOfAnHour * 1000), to: loaders.now };
  const statistics = modelVersionStatistics(snapshots, span, id);
  return { ...statistics, ...judge(statistics) };
}

function judge({ generationCount, errorRatio, unknownRatio }: ModelVersionStatistics): {
  status: HealthStatus;
  detail: string;
} {
  if (generationCount === 0) return { status: 'UNKNOWN', detail: 'It was not asked in the last 15 minutes.' };
  const percent = (ratio: number) => `${(100 * ratio).toFixed(0)}%`;
  const asked = `${Math.round(generationCount)} ${Math.round(generationCount) === 1 ? 'generation' : 'generations'}`;
  if (errorRatio > 0.05) return { status: 'DEGRADED', detail: `${percent(errorRatio)} of ${asked} failed.` };
  return { status: 'HEALTHY', detail: `${asked}, ${percent(unknownRatio)} of them unsure.` };
}

/** The snapshots of the service that knows the part; of several, the one that saw it last. */
function holderOf(
  window: ReadonlyMap<string, readonly TimedSnapshot[]>,
  knows: (snapshot: TimedSnapshot) => boolean,
): readonly TimedSnapshot[] {
  const holders = [...window.values()].filter((snapshots) => snapshots.some(knows));
  const lastSeen = (snapshots: readonly TimedSnapshot[]) => snapshots.findLast(knows)?.at.getTime() ?? 0;
  return holders.sort((a, b) => lastSeen(b) - lastSeen(a))[0] ?? [];
}
