import { raisePlatform } from '@fathom/platform/errors';
import { pageRequest, toConnection } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type { DataSetResolvers, DataSetStatisticsResolvers } from '../__generated__/resolvers.ts';
import { estimateTokens } from '../actions/estimate-tokens.ts';
import { lengthBounds } from '../domain/example-statistics.ts';
import { sampleSize, toSample } from '../domain/records.ts';
import { dataSetName } from '../loaders.ts';

export const DataSet: DataSetResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.dataSet.load(id);
  },
  featureView: ({ featureViewId }) => (featureViewId === null ? null : { id: featureViewId }),
  trainingRuns: ({ id }, _, { loaders }) => loaders.runsOfDataSet.load(id),
  removal: ({ id }, _, { loaders }) => loaders.removalOfDataSet.load(id),
  versions: (dataSet, _, { loaders }) => loaders.versionsOfDataSet.load(dataSetName(dataSet)),

  sample: ({ sample }, args) =>
    sample.slice(0, pageRequest(args, { defaultFirst: 3, maxFirst: sampleSize, key: [] }).first),

  async examples(dataSet, args, { training }) {
    const { first, after } = pageRequest(args, { key: ['offset'] });
    const found = await training.dataSetFiles.examples(dataSet, Number(after?.[0] ?? 0), first + 1);
    const page = toConnection(found, first, ({ nextOffset }) => [String(nextOffset)]);
    return {
      ...page,
      edges: page.edges.map(({ cursor, node }) => ({ cursor, node: toSample(node.example) })),
    };
  },

  async split(dataSet, { seed, heldOutShare }, { training }) {
    const share = heldOutShare ?? 0.1;
    if (!(share >= 0.01 && share <= 0.5)) {
      throw raisePlatform('BAD_USER_INPUT', {
        because: `\`heldOutShare\` is ${share}, allowed are 0.01 to 0.5`,
        details: { field: 'heldOutShare' },
      });
    }
    if (dataSet.artifactUri === null) return null;
    return training.dataSetFiles.split(dataSet, { seed: seed ?? 1, heldOutShare: share });
  },

  tokenEstimate: (dataSet, { modelVersionId }, { training, loaders }) =>
    estimateTokens({ ...training, loaders }, dataSet, modelVersionId),
};

export const DataSetStatistics: DataSetStatisticsResolvers = {
  lengths: ({ lengths }) => lengths.map((count, index) => ({ count, upTo: lengthBounds[index] ?? null })),
};
