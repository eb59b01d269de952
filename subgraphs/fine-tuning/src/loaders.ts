import { createByIdLoader } from '@fathom/platform/by-id-loader';
import type { Queryable } from '@fathom/platform/database/queryable';
import { createGroupedLoader, loaderByArgument } from '@fathom/platform/grouped-loader';
import { jobsByIds, lossCurves } from './stores/jobs.ts';
import { versionsByIds, versionsOfJobs } from './stores/known.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** Made for one request; they see the tenant's rows only. */
export function createLoaders(database: Queryable, tenant: string) {
  return {
    job: createByIdLoader((ids) => jobsByIds(database, tenant, ids)),
    version: createByIdLoader((ids) => versionsByIds(database, tenant, ids)),
    versionsOfJob: createGroupedLoader(
      (ids) => versionsOfJobs(database, ids),
      ({ fineTuningJobId }) => fineTuningJobId,
    ),
    lossCurve: loaderByArgument((maxPoints) =>
      createGroupedLoader(
        (ids) => lossCurves(database, ids, maxPoints),
        ({ jobId }) => jobId,
      ),
    ),
  };
}
