import type { DeviceResolvers } from '../__generated__/resolvers.ts';
import { deviceHealth } from '../actions/part-health.ts';

export const Device: DeviceResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  health: ({ id }, _, { loaders }) => deviceHealth(loaders, id),
};
