import { z } from 'zod';
import { addBuckets, type Buckets } from './histogram.ts';
import type { Sample } from './prometheus-text.ts';

/** What a scrape says of a service, reduced to what monitoring answers from. Counters count from the process's start. */
const bucketsSchema = z.record(z.string(), z.number());

const deviceSchema = z.object({
  isUp: z.boolean(),
  busyRatio: z.number().nullable(),
  tokens: z.number(),
  queue: z.number(),
});

const modelVersionSchema = z.object({
  generations: z.number(),
  failed: z.number(),
  unknown: z.number(),
  timeToFirstToken: bucketsSchema,
});

export const snapshotSchema = z.object({
  /** Seconds since 1970; null where the service did not answer. Another value than before means a restart. */
  startedAt: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  requests: z.number(),
  errors: z.number(),
  durations: bucketsSchema,
  oldestOutboxSeconds: z.number(),
  devices: z.record(z.string(), deviceSchema),
  modelVersions: z.record(z.string(), modelVersionSchema),
});

export type Snapshot = z.infer<typeof snapshotSchema>;
export type ModelVersionCounters = z.infer<typeof modelVersionSchema>;

export interface TimedSnapshot {
  readonly at: Date;
  readonly content: Snapshot;
}

/** Outcomes that the platform is not to blame for: the client's mistakes, its limits, and its leaving. */
const notTheServicesFault = new Set([
  'OK',
  'UNSUBSCRIBED',
  'DISCONNECTED',
  'DRAINING',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'KEY_REVOKED',
  'KEY_EXPIRED',
  'RATE_LIMITED',
  'OPERATION_TOO_DEEP',
  'OPERATION_TOO_COSTLY',
  'OPERATION_TOO_LARGE',
  'PAYLOAD_TOO_LARGE',
  'SLOW_CONSUMER',
]);

const unknownReasons = new Set(['LOW_CONFIDENCE', 'OUT_OF_SCOPE', 'SERVICE_UNAVAILABLE']);

export function toSnapshot(samples: readonly Sample[]): Snapshot {
  const byName = groupByName(samples);
  const of = (name: string) => byName.get(name) ?? [];
  const first = (name: string) => of(name)[0]?.value ?? null;
  const operations = of('fathom_graphql_operations_total');
  return {
    startedAt: first('process_start_time_seconds'),
    memoryBytes: first('process_resident_memory_bytes'),
    requests: sum(operations),
    errors: sum(operations.filter(({ labels }) => !notTheServicesFault.has(labels['code'] ?? ''))),
    durations: bucketsOf(
      of('fathom_graphql_operation_duration_seconds_bucket').filter(
        ({ labels }) => labels['type'] !== 'subscription',
      ),
    ),
    oldestOutboxSeconds: first('fathom_outbox_oldest_pending_seconds') ?? 0,
    devices: devicesOf(of),
    modelVersions: modelVersionsOf(of),
  };
}

type SamplesOf = (name: string) => readonly Sample[];

function devicesOf(of: SamplesOf): Snapshot['devices'] {
  const value = (name: string, device: string) =>
    of(name).find(({ labels }) => labels['device'] === device)?.value;
  const ids = new Set(of('fathom_device_up').map(({ labels }) => labels['device'] ?? ''));
  return Object.fromEntries(
    [...ids].map((id) => [
      id,
      {
        isUp: value('fathom_device_up', id) === 1,
        busyRatio: value('fathom_device_busy_ratio', id) ?? null,
        tokens: value('fathom_device_tokens_total', id) ?? 0,
        queue: value('fathom_device_queue', id) ?? 0,
      },
    ]),
  );
}

function modelVersionsOf(of: SamplesOf): Snapshot['modelVersions'] {
  const generations = of('fathom_generations_total');
  const ids = new Set(
    generations.map(({ labels }) => labels['model_version'] ?? '').filter((id) => id !== ''),
  );
  return Object.fromEntries(
    [...ids].map((id) => {
      const own = generations.filter(({ labels }) => labels['model_version'] === id);
      const firstTokens = of('fathom_time_to_first_token_seconds_bucket').filter(
        ({ labels }) => labels['model_version'] === id,
      );
      return [
        id,
        {
          generations: sum(own),
          failed: sum(own.filter(({ labels }) => labels['status'] === 'FAILED')),
          unknown: sum(own.filter(({ labels }) => unknownReasons.has(labels['reason'] ?? ''))),
          timeToFirstToken: bucketsOf(firstTokens),
        },
      ];
    }),
  );
}

function bucketsOf(samples: readonly Sample[]): Buckets {
  return samples.reduce<Buckets>(
    (all, { labels, value }) => addBuckets(all, { [labels['le'] ?? '+Inf']: value }),
    {},
  );
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

function groupByName(samples: readonly Sample[]): ReadonlyMap<string, readonly Sample[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.name);
    if (group) group.push(sample);
    else groups.set(sample.name, [sample]);
  }
  return groups;
}
