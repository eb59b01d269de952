import { requireScope } from '@fathom/platform/server/scopes';
import type { ModelVersionResolvers } from '../__generated__/resolvers.ts';

/** Another service's entity: here it only knows the job that made it. */
export const ModelVersion: ModelVersionResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  async fineTuningJob({ id }, _, { loaders, identity }) {
    requireScope(identity, 'fine-tuning:read');
    const version = await loaders.version.load(id);
    return version?.fineTuningJobId ? loaders.job.load(version.fineTuningJobId) : null;
  },
};
