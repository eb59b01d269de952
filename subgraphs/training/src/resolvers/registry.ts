/** Models, versions, aliases and what hangs on them. */
import { raisePlatform } from '@fathom/platform/errors';
import { pageRequest } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type {
  AliasMoveResolvers,
  CheckpointResolvers,
  EvaluationResolvers,
  ModelAliasResolvers,
  ModelResolvers,
  ModelVersionResolvers,
} from '../__generated__/resolvers.ts';
import type { Loaders } from '../loaders.ts';

export const Model: ModelResolvers = {
  async __resolveReference({ name }, { loaders, identity }) {
    requireScope(identity, 'training:read');
    return loaders.model.load(name);
  },
  versions: ({ name }, args, { loaders }) =>
    loaders.versionsOfModel(pageRequest(args, { keyLength: 0 }).first).load(name),
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
  evaluations: ({ id }, _, { loaders }) => loaders.evaluationsOfVersion.load(id),
  aliases: async ({ id }, _, { loaders }) =>
    (await loaders.aliasesOfVersion.load(id)).map(({ name }) => name),
};

export const ModelAlias: ModelAliasResolvers = {
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
