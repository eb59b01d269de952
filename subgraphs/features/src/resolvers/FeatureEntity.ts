import type { FeatureEntityResolvers } from '../__generated__/resolvers.ts';

export const FeatureEntity: FeatureEntityResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.entity.load(id),
  views: ({ id }, _, { loaders }) => loaders.viewsOfEntity.load(id),
};
