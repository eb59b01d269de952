/** Models, versions, aliases and what hangs on them. */
import { parseDateTime } from '@fathom/platform/date-time';
import { raisePlatform } from '@fathom/platform/errors';
import { pageRequest } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type {
  AliasMoveResolvers,
  CheckpointResolvers,
  EvaluationResolvers,
  EvaluationRunResolvers,
  EvaluationSuiteResolvers,
  ModelAliasResolvers,
  ModelLineageResolvers,
  ModelResolvers,
  ModelVersionResolvers,
} from '../__generated__/resolvers.ts';
import type { ModelVersion as ModelVersionRecord } from '../domain/records.ts';
import { labelsOfConfig, taskOfConfig } from '../domain/training-task.ts';
import type { Loaders } from '../loaders.ts';

export const Model: ModelResolvers = {
  async __resolveReference({ name }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.model.load(name);
  },
  versions: ({ name }, args, { loaders }) =>
    loaders.versionsOfModel(pageRequest(args, { key: [] }).first).load(name),
  aliases: ({ name }, _, { loaders }) => loaders.aliasesOfModel.load(name),
};

export const ModelVersion: ModelVersionResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.version.load(id);
  },
  model: ({ modelName }, _, { loaders }) => required(loaders.model.load(modelName), modelName),
  parent: ({ parentId }, _, { loaders }) => (parentId === null ? null : loaders.version.load(parentId)),
  trainingRun: ({ trainingRunId }, _, { loaders }) =>
    trainingRunId === null ? null : loaders.run.load(trainingRunId),
  task: ({ config }) => taskOfConfig(config),
  labels: ({ config }) => labelsOfConfig(config),
  lineage: (version) => version,
  removal: ({ id }, _, { loaders }) => loaders.removalOfVersion.load(id),
  evaluations: ({ id }, _, { loaders }) => loaders.evaluationsOfVersion.load(id),
  evaluationRuns: ({ id }, _, { loaders }) => loaders.evaluationRunsOfVersion.load(id),
  aliases: async ({ id }, _, { loaders }) =>
    (await loaders.aliasesOfVersion.load(id)).map(({ name }) => name),
};

/** The version itself; its run knows the rest. */
export const ModelLineage: ModelLineageResolvers = {
  parent: ({ parentId }, _, { loaders }) => (parentId === null ? null : loaders.version.load(parentId)),
  trainingRun: (version, _, { loaders }) => runOf(loaders, version),
  dataSet: (version, _, { loaders }) => dataSetOf(loaders, version),
  dataSetSha256: async (version, _, { loaders }) => (await dataSetOf(loaders, version))?.sha256 ?? null,
  codeVersion: async (version, _, { loaders }) => (await runOf(loaders, version))?.codeVersion ?? null,
  config: async (version, _, { loaders }) => {
    const run = await runOf(loaders, version);
    return run && JSON.stringify(run.config);
  },
  seed: async (version, _, { loaders }) => (await runOf(loaders, version))?.seed ?? null,
};

async function runOf(loaders: Loaders, { trainingRunId }: ModelVersionRecord) {
  return trainingRunId === null ? null : loaders.run.load(trainingRunId);
}

async function dataSetOf(loaders: Loaders, version: ModelVersionRecord) {
  const run = await runOf(loaders, version);
  return run?.dataSetId ? loaders.dataSet.load(run.dataSetId) : null;
}

export const ModelAlias: ModelAliasResolvers = {
  model: ({ modelName }, _, { loaders }) => required(loaders.model.load(modelName), modelName),
  versionAt: async ({ modelName, name }, { at }, { loaders }) => {
    const moment = parseDateTime(at);
    if (!moment) {
      throw raisePlatform('BAD_USER_INPUT', {
        because: `"${at}" is not an ISO 8601 moment with an offset`,
        details: { field: 'at' },
      });
    }
    const [move] = await loaders.moveAt(moment.getTime()).load(`${modelName}/${name}`);
    return move ? requiredVersion(loaders, move.toVersionId) : null;
  },
  version: ({ versionId }, _, { loaders }) => requiredVersion(loaders, versionId),
  moves: ({ modelName, name }, _, { loaders }) => loaders.movesOfAlias.load(`${modelName}/${name}`),
};

export const AliasMove: AliasMoveResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.aliasMove.load(id);
  },
  model: ({ modelName }, _, { loaders }) => required(loaders.model.load(modelName), modelName),
  from: ({ fromVersionId }, _, { loaders }) =>
    fromVersionId === null ? null : loaders.version.load(fromVersionId),
  to: ({ toVersionId }, _, { loaders }) => requiredVersion(loaders, toVersionId),
  evaluation: ({ evaluationId }, _, { loaders }) =>
    evaluationId === null ? null : loaders.evaluation.load(evaluationId),
};

export const Evaluation: EvaluationResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.evaluation.load(id);
  },
  evaluationSuite: ({ suiteId }, _, { loaders }) => (suiteId === null ? null : loaders.suite.load(suiteId)),
  dataSet: ({ dataSetId }, _, { loaders }) => (dataSetId === null ? null : loaders.dataSet.load(dataSetId)),
  modelVersion: ({ versionId }, _, { loaders }) => requiredVersion(loaders, versionId),
};

export const EvaluationRun: EvaluationRunResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.evaluationRun.load(id);
  },
  modelVersion: ({ versionId }, _, { loaders }) => requiredVersion(loaders, versionId),
  evaluationSuite: ({ suiteId }, _, { loaders }) => (suiteId === null ? null : loaders.suite.load(suiteId)),
  dataSet: ({ dataSetId }, _, { loaders }) => required(loaders.dataSet.load(dataSetId), dataSetId),
  evaluation: ({ evaluationId }, _, { loaders }) =>
    evaluationId === null ? null : loaders.evaluation.load(evaluationId),
};

export const EvaluationSuite: EvaluationSuiteResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.suite.load(id);
  },
  dataSet: ({ dataSetId }, _, { loaders }) => required(loaders.dataSet.load(dataSetId), dataSetId),
};

export const Checkpoint: CheckpointResolvers = {
  async __resolveReference({ id }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.checkpoint.load(id);
  },
};

const requiredVersion = (loaders: Loaders, id: string) => required(loaders.version.load(id), id);

/** The schema promises it and a foreign key holds it: that it is missing means that it is another tenant's. */
async function required<Row>(loading: Promise<Row | null>, id: string): Promise<Row> {
  const row = await loading;
  if (row === null) throw raisePlatform('NOT_FOUND', { because: id });
  return row;
}
