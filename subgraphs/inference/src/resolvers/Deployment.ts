import { requireScope } from '@fathom/platform/server/scopes';
import type { DeploymentResolvers } from '../__generated__/resolvers.ts';
import { replicasOf } from '../runtime/deployment-replicas.ts';
import { deviceSnapshots } from './device-snapshots.ts';

export const Deployment: DeploymentResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'inference:read');
    return loaders.deployment.load(id);
  },
  modelVersion: ({ versionId }) => ({ id: versionId }),
  isDefault({ versionId }, _, { inference, identity }) {
    const resolution = inference.deployments.catalogue.resolve(undefined, identity.tenant);
    return resolution.kind === 'version' && resolution.versionId === versionId;
  },
  devices({ versionId }, _, { inference }) {
    return deviceSnapshots(inference).filter(({ loaded }) => loaded.includes(versionId));
  },
  replicas({ versionId }, _, { inference }) {
    const devices = deviceSnapshots(inference).filter(({ loaded }) => loaded.includes(versionId));
    return replicasOf(inference, versionId).map(({ reportedAt, ...replica }) => ({
      ...replica,
      reportedAt: reportedAt.toISOString(),
      devices: devices.filter(({ instance }) => instance === replica.instance),
    }));
  },
  since: ({ since }) => since.toISOString(),
};
