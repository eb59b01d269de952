import type { MutationResolvers } from '../__generated__/resolvers.ts';
import { cancelFineTuningJob } from '../actions/cancel-fine-tuning-job.ts';
import { startFineTuningJob } from '../actions/start-fine-tuning-job.ts';

export const Mutation: MutationResolvers = {
  async startFineTuningJob(_, { input }, { identity, jobs }) {
    const result = await startFineTuningJob(jobs, identity, input);
    return '__typename' in result ? result : { __typename: 'FineTuningJob', ...result };
  },

  async cancelFineTuningJob(_, { id }, { identity, jobs }) {
    const result = await cancelFineTuningJob(jobs, identity, id);
    return '__typename' in result ? result : { __typename: 'FineTuningJob', ...result };
  },
};
