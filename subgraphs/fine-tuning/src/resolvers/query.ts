import { pageRequest, toConnection } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type { QueryResolvers } from '../__generated__/resolvers.ts';
import { pageOfJobs } from '../stores/jobs.ts';

const scope = 'fine-tuning:read';

export const Query: QueryResolvers = {
  fineTuningJob(_, { id }, { identity, loaders }) {
    requireScope(identity, scope);
    return loaders.job.load(id);
  },

  async fineTuningJobs(_, args, { identity, jobs }) {
    requireScope(identity, scope);
    const page = pageRequest(args, { key: ['moment', 'text'] });
    const rows = await pageOfJobs(jobs.database, identity.tenant, page);
    return toConnection(rows, page.first, ({ createdAt, id }) => [createdAt.toISOString(), id]);
  },
};
