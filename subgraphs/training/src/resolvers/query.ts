import { pageRequest, toConnection } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type { QueryResolvers } from '../__generated__/resolvers.ts';
import { compareTrainingRuns } from '../actions/compare-training-runs.ts';
import { findUpload } from '../actions/uploads.ts';
import { pageOfDataSets } from '../stores/data-sets.ts';
import { pageOfSuites } from '../stores/evaluation-suites.ts';
import { pageOfModels } from '../stores/registry.ts';
import { pageOfRuns } from '../stores/training-runs.ts';
import { named } from './named.ts';

const scope = 'training:read';

export const Query: QueryResolvers = {
  dataSet(_, { id }, { identity, loaders }) {
    requireScope(identity, scope);
    return loaders.dataSet.load(id);
  },

  async dataSets(_, args, { identity, training }) {
    requireScope(identity, scope);
    const page = pageRequest(args, { key: ['moment', 'text'] });
    const rows = await pageOfDataSets(training.runs.database, identity.tenant, {
      ...page,
      name: args.name ?? undefined,
    });
    return toConnection(rows, page.first, ({ createdAt, id }) => [createdAt.toISOString(), id]);
  },

  upload: (_, { id }, { identity, training }) => findUpload(training.uploads, identity, id),

  trainingRun(_, { id }, { identity, loaders }) {
    requireScope(identity, scope);
    return loaders.run.load(id);
  },

  async trainingRuns(_, args, { identity, training }) {
    requireScope(identity, scope);
    const page = pageRequest(args, { key: ['moment', 'text'] });
    const status = args.status ?? undefined;
    const rows = await pageOfRuns(training.runs.database, identity.tenant, { ...page, status });
    return toConnection(rows, page.first, ({ createdAt, id }) => [createdAt.toISOString(), id]);
  },

  model(_, { name }, { identity, loaders }) {
    requireScope(identity, scope);
    return loaders.model.load(name);
  },

  async models(_, args, { identity, training }) {
    requireScope(identity, scope);
    const page = pageRequest(args, { key: ['text'] });
    const rows = await pageOfModels(training.runs.database, identity.tenant, page);
    return toConnection(rows, page.first, ({ name }) => [name]);
  },

  evaluationRun(_, { id }, { identity, loaders }) {
    requireScope(identity, scope);
    return loaders.evaluationRun.load(id);
  },

  modelVersion(_, { id }, { identity, loaders }) {
    requireScope(identity, scope);
    return loaders.version.load(id);
  },

  evaluationSuite(_, { id }, { identity, loaders }) {
    requireScope(identity, scope);
    return loaders.suite.load(id);
  },

  async evaluationSuites(_, args, { identity, training }) {
    requireScope(identity, scope);
    const page = pageRequest(args, { key: ['moment', 'text'] });
    const rows = await pageOfSuites(training.runs.database, identity.tenant, page);
    return toConnection(rows, page.first, ({ createdAt, id }) => [createdAt.toISOString(), id]);
  },

  async modelAlias(_, { model, alias }, { identity, loaders }) {
    requireScope(identity, scope);
    if (!(await loaders.model.load(model))) return null;
    return (await loaders.aliasesOfModel.load(model)).find(({ name }) => name === alias) ?? null;
  },

  async compareTrainingRuns(_, { ids, maxPoints }, { identity, training }) {
    const compared = await compareTrainingRuns(training.runs.database, identity, {
      ids,
      maxPoints: maxPoints ?? 100,
    });
    return named('TrainingRunComparison', compared);
  },
};
