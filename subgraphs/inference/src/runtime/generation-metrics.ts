/** What is counted of generations and devices. */
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { GenerationRecord } from '../domain/generation.ts';
import { createRecentQuantile } from '../domain/recent-quantile.ts';
import type { DeviceSnapshot } from '../engine/device-snapshot.ts';

export interface GenerationMetrics {
  ended(record: GenerationRecord): void;
  /** Nothing was accepted: nobody has a place, this tenant has its share of them, or no device lives. */
  refused(reason: 'QUEUE_FULL' | 'TENANT_SHARE' | 'DEVICES_DOWN'): void;
  tokens(device: string, count: number): void;
  /** A prompt, and what of it was found in the cache. */
  prompt(device: string, promptTokens: number, cachedTokens: number): void;
  /** Within which so large a share of the last minute's answers had their first token; undefined where there was none. */
  ttftMs(share: number): number | undefined;
}

/** Gauges of the devices are read when they are scraped. */
export function createGenerationMetrics(
  metrics: Metrics,
  devices: () => readonly DeviceSnapshot[],
): GenerationMetrics {
  const recentTtft = createRecentQuantile({
    windowMs: 60_000,
    maxSamples: 10_000,
    now: () => performance.now(),
  });
  const ended = metrics.counter({
    name: 'fathom_generations_total',
    help: 'Generations that ended.',
    labels: ['service', 'reason', 'status', 'model_version'],
  });
  const refused = metrics.counter({
    name: 'fathom_generations_refused_total',
    help: 'Generations that were not accepted, by what there was no place in: QUEUE_FULL, TENANT_SHARE, DEVICES_DOWN.',
    labels: ['reason'],
  });
  const timeToFirstToken = metrics.histogram({
    name: 'fathom_time_to_first_token_seconds',
    help: 'From acceptance to the first token that a client can see.',
    labels: ['model_version'],
  });
  const tokens = metrics.counter({
    name: 'fathom_device_tokens_total',
    help: 'Tokens decoded.',
    labels: ['device'],
  });
  const promptTokens = metrics.counter({
    name: 'fathom_prompt_tokens_total',
    help: 'Tokens of prompts, by whether their keys and values were in the cache (hit) or computed (miss).',
    labels: ['device', 'cache'],
  });
  const gauges: readonly [name: string, help: string, read: (snapshot: DeviceSnapshot) => number][] = [
    [
      'fathom_device_busy_ratio',
      'Share of the last 10 seconds that the device was computing.',
      (s) => s.busyRatio,
    ],
    ['fathom_device_queue', 'Requests that wait for a slot.', (s) => s.queuedRequests],
    [
      'fathom_device_up',
      '1 while the device computes, 0 while it starts or recovers.',
      (s) => (s.status === 'READY' ? 1 : 0),
    ],
    [
      'fathom_device_active_sequences',
      'Sequences that are decoded at this moment.',
      (s) => s.activeSequences,
    ],
    [
      'fathom_kv_cache_usage',
      'Share of the KV cache that running sequences have reserved.',
      (s) => s.kvCacheUsage,
    ],
  ];
  for (const [name, help, read] of gauges) {
    metrics.gauge({
      name,
      help,
      labels: ['device'],
      collect(gauge) {
        for (const snapshot of devices()) gauge.set({ device: snapshot.id }, read(snapshot));
      },
    });
  }
  return {
    ended(record) {
      const { service = 'none', reason = 'none', status, modelVersionId = 'none', usage } = record;
      ended.inc({ service, reason, status, model_version: modelVersionId });
      if (usage.timeToFirstTokenMs !== undefined) {
        recentTtft.add(usage.timeToFirstTokenMs);
        timeToFirstToken.observe({ model_version: modelVersionId }, usage.timeToFirstTokenMs / 1000);
      }
    },
    refused: (reason) => refused.inc({ reason }),
    ttftMs: (share) => recentTtft.read(share),
    tokens: (id, count) => tokens.inc({ device: id }, count),
    prompt(id, all, cached) {
      promptTokens.inc({ device: id, cache: 'hit' }, cached);
      promptTokens.inc({ device: id, cache: 'miss' }, all - cached);
    },
  };
}
