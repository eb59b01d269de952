import type { KnowledgeResolvers } from '../__generated__/resolvers.ts';

export const Knowledge: KnowledgeResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.knowledge.load(id),
};
