import { pageRequest } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type { DataSetResolvers } from '../__generated__/resolvers.ts';
import { sampleSize } from '../domain/records.ts';

export const DataSet: DataSetResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.dataSet.load(id);
  },
  featureView: ({ featureViewId }) => (featureViewId === null ? null : { id: featureViewId }),
  trainingRuns: ({ id }, _, { loaders }) => loaders.runsOfDataSet.load(id),
  sample: ({ sample }, args) =>
    sample.slice(0, pageRequest(args, { defaultFirst: 3, maxFirst: sampleSize, keyLength: 0 }).first),
};
