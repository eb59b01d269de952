/**
 * Which processes have a version loaded, and how they stand: this one, and its peers as each reported last. Nothing is known
 * here of processes that are no peers, and nothing is made up for them.
 */
import type { ReplicaReport } from '../balancer/replica.ts';
import type { LoadedModel } from '../engine/protocol.ts';
import type { InferenceService } from '../service.ts';

type Load = Pick<ReplicaReport, 'status' | 'activeSequences' | 'maxSequences' | 'queuedRequests'>;

export interface DeploymentReplica
  extends Load,
    Pick<LoadedModel, 'precision' | 'contextLength' | 'memoryBytes'> {
  readonly instance: string;
  readonly reportedAt: Date;
}

type Reporting = Pick<InferenceService, 'instance' | 'pool' | 'peers'>;

export function replicasOf(
  { instance, pool, peers }: Reporting,
  versionId: string,
): readonly DeploymentReplica[] {
  const own = pool.ownModels().find((model) => model.versionId === versionId);
  return [
    ...(own ? [replica(instance, own, pool.ownReport())] : []),
    ...peers.replicas.flatMap((peer) => {
      const model = peer.loaded(versionId);
      return model ? [replica(peer.id, model, peer.report())] : [];
    }),
  ];
}

function replica(
  instance: string,
  { precision, contextLength, memoryBytes }: LoadedModel,
  { status, activeSequences, maxSequences, queuedRequests, atMs }: ReplicaReport,
): DeploymentReplica {
  const load = { status, activeSequences, maxSequences, queuedRequests };
  const reportedAt = new Date(Date.now() - (performance.now() - atMs));
  return { instance, ...load, precision, contextLength, memoryBytes, reportedAt };
}
