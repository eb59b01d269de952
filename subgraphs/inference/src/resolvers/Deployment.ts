import { requireScope } from '@fathom/platform/server/scopes';
import type { DeploymentResolvers } from '../__generated__/resolvers.ts';
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
  since: ({ since }) => since.toISOString(),
};
