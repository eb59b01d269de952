import type { Resolvers } from '../__generated__/resolvers.ts';
import type { Context } from '../context.ts';
import { FineTuningJob } from './FineTuningJob.ts';
import { ModelVersion } from './ModelVersion.ts';
import { Mutation } from './mutation.ts';
import { Query } from './query.ts';
import { Subscription } from './subscription.ts';

/** Every event of a job's progress leads back to the job. */
const ofJob = {
  async fineTuningJob({ jobId }: { readonly jobId: string }, _: object, { loaders }: Context) {
    return (await loaders.job.load(jobId))!;
  },
};

export const resolvers: Resolvers = {
  Query,
  Mutation,
  Subscription,
  FineTuningJob,
  ModelVersion,
  FineTuningStepped: ofJob,
  FineTuningJobTransitioned: ofJob,
};
