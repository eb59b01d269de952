import type { UnknownQuestionResolvers } from '../__generated__/resolvers.ts';

export const UnknownQuestion: UnknownQuestionResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.unknownQuestion.load(id),
  lastGeneration: ({ lastGenerationId }) => (lastGenerationId === null ? null : { id: lastGenerationId }),
  taughtAs: ({ knowledgeId }, _, { loaders }) =>
    knowledgeId === null ? null : loaders.knowledge.load(knowledgeId),
};
