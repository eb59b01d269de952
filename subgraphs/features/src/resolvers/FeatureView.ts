import { requireScope } from '@fathom/platform/server/scopes';
import type { FeatureViewResolvers } from '../__generated__/resolvers.ts';
import type { FeatureEntityRecord } from '../mappers.ts';

export const FeatureView: FeatureViewResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'features:read');
    return loaders.view.load(id);
  },
  // A view's entity is of the same tenant and is never deleted, so it is there.
  entity: async ({ entityId }, _, { loaders }) =>
    (await loaders.entity.load(entityId)) as FeatureEntityRecord,
  entityCount: ({ id }, _, { loaders }) => loaders.entityCount.load(id),
  exports: ({ id }, _, { loaders }) => loaders.exportsOfView.load(id),
};
