import { requireScope } from '@fathom/platform/server/scopes';
import type { DeviceResolvers } from '../__generated__/resolvers.ts';
import { deviceHealth } from '../actions/part-health.ts';

export const Device: DeviceResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  health({ id }, _, { loaders, identity }) {
    requireScope(identity, 'monitoring:read');
    return deviceHealth(loaders, id);
  },
};
