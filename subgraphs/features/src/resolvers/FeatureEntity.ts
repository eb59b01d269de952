import { requireScope } from '@fathom/platform/server/scopes';
import type { FeatureEntityResolvers } from '../__generated__/resolvers.ts';

export const FeatureEntity: FeatureEntityResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'features:read');
    return loaders.entity.load(id);
  },
  views: ({ id }, _, { loaders }) => loaders.viewsOfEntity.load(id),
};
