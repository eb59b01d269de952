import type { AlertRule, Condition } from './alerting.ts';
import type { ServiceCondition } from './health.ts';
import type { TimedSnapshot } from './snapshot.ts';
import { modelVersionStatistics, requestStatistics } from './statistics.ts';

/** The rules that alerts come from. Thresholds stand here, in one place, with their reasons. */
export const serviceDown: AlertRule = {
  name: 'service-down',
  description: 'A service does not answer, or says that it cannot work.',
  severity: 'CRITICAL',
  forSeconds: 10,
};

export const errorRatioHigh: AlertRule = {
  name: 'error-ratio-high',
  description:
    'More than 5% of at least 20 requests of the last minute failed through the service’s own fault.',
  severity: 'WARNING',
  forSeconds: 15,
};

export const deviceDown: AlertRule = {
  name: 'device-down',
  description: 'A device’s worker is lost.',
  severity: 'CRITICAL',
  forSeconds: 10,
};

export const queueLong: AlertRule = {
  name: 'queue-long',
  description: 'More than 32 requests wait for a device.',
  severity: 'WARNING',
  forSeconds: 30,
};

export const modelUnsure: AlertRule = {
  name: 'model-unsure',
  description:
    'A model version was not sure of more than half of at least 20 answers of the last 15 minutes.',
  severity: 'WARNING',
  forSeconds: 60,
};

export const outboxStuck: AlertRule = {
  name: 'outbox-stuck',
  description: 'Events of a service have waited for more than 30 seconds to reach the broker.',
  severity: 'WARNING',
  forSeconds: 10,
};

export const rules: readonly AlertRule[] = [
  serviceDown,
  errorRatioHigh,
  deviceDown,
  queueLong,
  modelUnsure,
  outboxStuck,
];

export interface Watched {
  readonly service: string;
  readonly condition: ServiceCondition;
  /** Of the last 15 minutes, in order of time. */
  readonly snapshots: readonly TimedSnapshot[];
}

const minuteMs = 60_000;

/** Every condition that the rules look at, for one service. */
export function conditionsOf({ service, condition, snapshots }: Watched, now: Date): readonly Condition[] {
  return [
    {
      rule: serviceDown,
      subject: service,
      service,
      isTrue: condition.status === 'DOWN',
      summary: `${service} is down. ${condition.detail ?? ''}`.trim(),
    },
    errorCondition(service, snapshots, now),
    ...latestConditions(service, snapshots, now),
  ];
}

function errorCondition(service: string, snapshots: readonly TimedSnapshot[], now: Date): Condition {
  const { count, errorRatio } = requestStatistics(snapshots, {
    from: new Date(now.getTime() - minuteMs),
    to: now,
  });
  return {
    rule: errorRatioHigh,
    subject: service,
    service,
    isTrue: count >= 20 && errorRatio > 0.05,
    summary: `${service} failed ${(100 * errorRatio).toFixed(1)}% of ${Math.round(count)} requests of the last minute.`,
  };
}

function latestConditions(
  service: string,
  snapshots: readonly TimedSnapshot[],
  now: Date,
): readonly Condition[] {
  const latest = snapshots.findLast(({ content }) => content.startedAt !== null);
  if (!latest) return [];
  const { devices, modelVersions, oldestOutboxSeconds } = latest.content;
  const lastQuarter = { from: new Date(now.getTime() - 15 * minuteMs), to: now };
  return [
    {
      rule: outboxStuck,
      subject: service,
      service,
      isTrue: oldestOutboxSeconds > 30,
      summary: `The oldest event of ${service} has waited ${Math.round(oldestOutboxSeconds)} s for the broker.`,
    },
    ...Object.entries(devices).flatMap(([id, { isUp, queue }]) => [
      {
        rule: deviceDown,
        subject: id,
        service,
        isTrue: !isUp,
        summary: `The worker of device ${id} is lost.`,
      },
      {
        rule: queueLong,
        subject: id,
        service,
        isTrue: queue > 32,
        summary: `${queue} requests wait for device ${id}.`,
      },
    ]),
    ...Object.keys(modelVersions).map((id) => {
      const { generationCount, unknownRatio } = modelVersionStatistics(snapshots, lastQuarter, id);
      return {
        rule: modelUnsure,
        subject: id,
        service,
        isTrue: generationCount >= 20 && unknownRatio > 0.5,
        summary: `${id} was not sure of ${(100 * unknownRatio).toFixed(0)}% of its last ${Math.round(generationCount)} answers.`,
      };
    }),
  ];
}
