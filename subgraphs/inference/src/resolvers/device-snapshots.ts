import type { UnavailableDevice } from '../devices/device.ts';
import type { DeviceSnapshot } from '../engine/device-snapshot.ts';
import type { Device } from '../mappers.ts';
import type { PeerReport } from '../pool/peers/peer-protocol.ts';
import { peerDeviceId } from '../pool/peers/peer-replica.ts';
import type { InferenceService } from '../service.ts';

/** Those that compute here, those that were asked for and cannot be used, and those of peers as they were reported last. */
export function deviceSnapshots({ instance, pool, unavailable, peers }: InferenceService): readonly Device[] {
  const own = [...pool.snapshots(), ...unavailable.map(unusedSnapshot)];
  const ofPeers = peers.replicas.flatMap(({ id, peerReport }) =>
    peerReport.devices.map((device) => peerSnapshot(id, device)),
  );
  return [...own.map((device) => ({ ...device, instance })), ...ofPeers];
}

function peerSnapshot(instance: string, device: PeerReport['devices'][number]): Device {
  const { detail, memoryTotalBytes, memoryLimitBytes } = device;
  const id = peerDeviceId(instance, device.id);
  return { ...device, id, instance, detail, memoryTotalBytes, memoryLimitBytes };
}

export function deviceSnapshot(inference: InferenceService, id: string | undefined): Device | null {
  return deviceSnapshots(inference).find((device) => device.id === id) ?? null;
}

function unusedSnapshot({ id, kind, reason }: UnavailableDevice): DeviceSnapshot {
  return {
    id,
    kind,
    name: kind === 'CUDA' ? 'NVIDIA GPU' : 'GPU',
    status: 'UNAVAILABLE',
    detail: reason,
    threads: 0,
    activeSequences: 0,
    maxSequences: 0,
    queuedRequests: 0,
    busyRatio: 0,
    kvCacheUsage: 0,
    tokensPerSecond: 0,
    memoryBytes: 0,
    memoryTotalBytes: undefined,
    memoryLimitBytes: undefined,
    loaded: [],
  };
}

/** For the banner: what an operator wants to know at the start. */
export function describeDevice({ id, kind, name, status, detail, threads }: DeviceSnapshot): string {
  if (status === 'UNAVAILABLE') return `${id} cannot be used: ${detail}`;
  return `${id}: ${kind}, ${name}${kind === 'CPU' ? `, ${threads} threads` : ''}`;
}
