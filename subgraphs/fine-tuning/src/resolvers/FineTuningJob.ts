import { raisePlatform } from '@fathom/platform/errors';
import { requireScope } from '@fathom/platform/server/scopes';
import type { FineTuningJobResolvers } from '../__generated__/resolvers.ts';

const maxCurvePoints = 1_000;

export const FineTuningJob: FineTuningJobResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'fine-tuning:read');
    return loaders.job.load(id);
  },
  baseVersion: ({ baseVersionId }) => ({ id: baseVersionId }),
  dataSet: ({ dataSetId }) => (dataSetId === null ? null : { id: dataSetId }),
  modelVersion: async ({ id }, _, { loaders }) => (await loaders.versionsOfJob.load(id))[0] ?? null,
  lossCurve({ id }, { maxPoints }, { loaders }) {
    const points = maxPoints ?? 100;
    if (points < 1 || points > maxCurvePoints) {
      throw raisePlatform('BAD_USER_INPUT', {
        because: `\`maxPoints\` is ${points}, allowed are 1 to ${maxCurvePoints}`,
        details: { field: 'maxPoints' },
      });
    }
    return loaders.lossCurve(points).load(id);
  },
};
