import type { ModelVersionResolvers } from '../__generated__/resolvers.ts';
import { modelVersionHealth } from '../actions/part-health.ts';

export const ModelVersion: ModelVersionResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  health: ({ id }, _, { loaders }) => modelVersionHealth(loaders, id),
};
