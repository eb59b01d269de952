import { requireScope } from '@fathom/platform/server/scopes';
import type { ModelVersionResolvers } from '../__generated__/resolvers.ts';
import { modelVersionHealth } from '../actions/part-health.ts';

export const ModelVersion: ModelVersionResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  health({ id }, _, { loaders, identity }) {
    requireScope(identity, 'monitoring:read');
    return modelVersionHealth(loaders, id);
  },
};
