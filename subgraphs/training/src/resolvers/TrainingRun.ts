import { raisePlatform } from '@fathom/platform/errors';
import { pageRequest } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type { TrainingRunResolvers } from '../__generated__/resolvers.ts';
import type { RunConfig } from '../domain/run-config.ts';

const maxCurvePoints = 1_000;

export const TrainingRun: TrainingRunResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.run.load(id);
  },
  retryOf: ({ retryOf }, _, { loaders }) => (retryOf === null ? null : loaders.run.load(retryOf)),
  retries: ({ id }, _, { loaders }) => loaders.retriesOfRun.load(id),
  model: async ({ modelName }, _, { loaders }) => {
    const model = await loaders.model.load(modelName);
    if (!model) throw raisePlatform('NOT_FOUND', { because: `model ${modelName}` });
    return model;
  },
  dataSet: ({ dataSetId }, _, { loaders }) => (dataSetId === null ? null : loaders.dataSet.load(dataSetId)),
  async featureView({ dataSetId }, _, { loaders }) {
    const dataSet = dataSetId === null ? null : await loaders.dataSet.load(dataSetId);
    return dataSet?.featureViewId ? { id: dataSet.featureViewId } : null;
  },
  initialVersion: ({ initialVersionId }, _, { loaders }) =>
    initialVersionId === null ? null : loaders.version.load(initialVersionId),
  modelVersion: async ({ id }, _, { loaders }) => (await loaders.versionsOfRun.load(id))[0] ?? null,
  task: ({ config }) => (config as RunConfig).task ?? 'LANGUAGE_MODEL',
  config: ({ config }) => JSON.stringify(config),
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
  samples: ({ id }, args, { loaders }) => loaders.samplesOfRun(pageRequest(args, { key: [] }).first).load(id),
  checkpoints: ({ id }, _, { loaders }) => loaders.checkpointsOfRun.load(id),
  evaluations: ({ id }, _, { loaders }) => loaders.evaluationsOfRun.load(id),
  history: ({ id }, _, { loaders }) => loaders.transitionsOfRun.load(id),
};
