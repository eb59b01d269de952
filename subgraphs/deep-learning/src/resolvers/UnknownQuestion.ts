import { requireScope } from '@fathom/platform/server/scopes';
import type { UnknownQuestionResolvers } from '../__generated__/resolvers.ts';

export const UnknownQuestion: UnknownQuestionResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'deep-learning:read');
    return loaders.unknownQuestion.load(id);
  },
  lastGeneration: ({ lastGenerationId }) => (lastGenerationId === null ? null : { id: lastGenerationId }),
  taughtAs: ({ knowledgeId }, _, { loaders }) =>
    knowledgeId === null ? null : loaders.knowledge.load(knowledgeId),
};
