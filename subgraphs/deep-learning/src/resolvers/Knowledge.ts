import { requireScope } from '@fathom/platform/server/scopes';
import type { KnowledgeResolvers } from '../__generated__/resolvers.ts';

export const Knowledge: KnowledgeResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'deep-learning:read');
    return loaders.knowledge.load(id);
  },
};
