import { requireScope } from '@fathom/platform/server/scopes';
import type { DeviceResolvers } from '../__generated__/resolvers.ts';
import { deviceSnapshot } from './device-snapshots.ts';

export const Device: DeviceResolvers = {
  async __resolveReference({ id }, { inference, identity }) {
    requireScope(identity, 'inference:read');
    return deviceSnapshot(inference, id);
  },
  async deployments({ loaded }, _, { loaders }) {
    const rows = await Promise.all(loaded.map((versionId) => loaders.deploymentOfVersion.load(versionId)));
    return rows.filter((row) => row !== null);
  },
};
