import { requireScope } from '@fathom/platform/server/scopes';
import type { TrainingSetExportResolvers } from '../__generated__/resolvers.ts';
import type { FeatureViewRecord } from '../mappers.ts';

export const TrainingSetExport: TrainingSetExportResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'features:read');
    return loaders.trainingSetExport.load(id);
  },
  // An export's view is of the same tenant and is never deleted, so it is there.
  view: async ({ viewId }, _, { loaders }) => (await loaders.view.load(viewId)) as FeatureViewRecord,
  dataSet: ({ dataSetId }) => ({ id: dataSetId }),
};
