import type { MutationResolvers } from '../__generated__/resolvers.ts';
import { answerUnknown } from '../actions/answer-unknown.ts';
import { forget } from '../actions/forget.ts';
import { teach } from '../actions/teach.ts';

export const Mutation: MutationResolvers = {
  answerUnknown: (_, { input }, { retrieval, identity }) => answerUnknown(retrieval, identity, input),

  async teach(_, { input }, { retrieval, identity }) {
    const result = await teach(retrieval, identity, input);
    return '__typename' in result ? result : { __typename: 'Knowledge', ...result };
  },

  async forget(_, { id }, { retrieval, identity }) {
    const knowledge = await forget(retrieval, identity, id);
    if (!knowledge) return { __typename: 'NotFound', id, message: `There is no knowledge ${id}.` };
    return { __typename: 'Knowledge', ...knowledge };
  },
};
