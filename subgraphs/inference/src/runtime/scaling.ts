/** The signals that an autoscaler goes by, as Prometheus gauges and as JSON under `/scaling`: the same numbers. */
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { type ScalingSignals, scalingSignals } from '../domain/scaling-signals.ts';
import type { EnginePool } from '../pool/engine-pool.ts';
import type { PeerSet } from '../pool/peers/peer-set.ts';
import { sumOf } from '../pool/replica-sums.ts';
import type { GenerationMetrics } from './generation-metrics.ts';

export const scalingPath = '/scaling';

/** Names are an interface: manifests of clusters hold them. */
export const scalingGauges = {
  fathom_inference_queue_seconds: [
    'queueSeconds',
    'How long a request that comes now would wait for a slot.',
  ],
  fathom_inference_load_ratio: ['loadRatio', 'Requests, running and waiting, for each slot.'],
  fathom_inference_kv_pressure: [
    'kvPressure',
    'Share of the KV caches that running sequences have reserved.',
  ],
  fathom_inference_ttft_p95_seconds: [
    'ttftP95Seconds',
    'Time to the first token of 95 in 100 answers of the last minute, of this process.',
  ],
  fathom_inference_desired_replicas: [
    'desiredReplicas',
    'Processes of this size that would have the present requests at 80% of their slots.',
  ],
} as const satisfies Record<string, readonly [keyof ScalingSignals, string]>;

export interface ScalingOptions {
  readonly metrics: Metrics;
  readonly pool: EnginePool;
  readonly peers: Pick<PeerSet, 'replicas'>;
  readonly generations: Pick<GenerationMetrics, 'ttftMs'>;
}

/** Of this process and the peers that it knows, so that any of them can be asked. */
export function createScaling({ metrics, pool, peers, generations }: ScalingOptions): () => ScalingSignals {
  const read = (): ScalingSignals => {
    const known = peers.replicas.filter((peer) => peer.report().status === 'READY');
    return scalingSignals({
      report: sumOf([pool.ownReport(), ...known.map((peer) => peer.report())]),
      processes: 1 + known.length,
      kvCacheUsages: [...pool.snapshots(), ...known.flatMap(({ peerReport }) => peerReport.devices)].map(
        ({ kvCacheUsage }) => kvCacheUsage,
      ),
      ttftP95Ms: generations.ttftMs(0.95),
    });
  };
  for (const [name, [signal, help]] of Object.entries(scalingGauges))
    metrics.gauge({ name, help, collect: (gauge) => gauge.set(read()[signal]) });
  return read;
}
