import type { MutationResolvers } from '../__generated__/resolvers.ts';
import {
  cancelTrainingRun,
  pauseTrainingRun,
  resumeTrainingRun,
  retryTrainingRun,
} from '../actions/change-training-run.ts';
import {
  createDataSet,
  createDataSetFromKnowledge,
  createDataSetFromUpload,
} from '../actions/create-data-set.ts';
import { createEvaluationSuite } from '../actions/create-evaluation-suite.ts';
import { evaluateModelVersion } from '../actions/evaluate-model-version.ts';
import { moveModelAlias, rollBackModelAlias } from '../actions/move-alias.ts';
import { registerModel } from '../actions/register-model.ts';
import { removeDataSet } from '../actions/remove-data-set.ts';
import { removeModelVersion } from '../actions/remove-model-version.ts';
import { startTrainingRun } from '../actions/start-training-run.ts';
import { abandonUpload, beginUpload } from '../actions/uploads.ts';
import { named } from './named.ts';

export const Mutation: MutationResolvers = {
  beginUpload: async (_, { input }, { identity, training }) =>
    named('Upload', await beginUpload(training.uploads, identity, input.files)),

  abandonUpload: (_, { id }, { identity, training }) => abandonUpload(training.uploads, identity, id),

  createDataSet: async (_, { input }, { identity, training }) =>
    named('DataSet', await createDataSet({ ...training, ...training.runs }, identity, input)),

  createDataSetFromUpload: async (_, { input }, { identity, training }) =>
    named('DataSet', await createDataSetFromUpload({ ...training, ...training.runs }, identity, input)),

  createDataSetFromKnowledge: async (_, { input }, { identity, signal, training }) =>
    named(
      'DataSet',
      await createDataSetFromKnowledge({ ...training, ...training.runs }, { identity, signal }, input),
    ),
  removeDataSet: async (_, { input }, { identity, signal, training }) =>
    named('DataSet', await removeDataSet({ ...training, ...training.runs }, { identity, signal }, input)),

  createEvaluationSuite: async (_, { input }, { identity, training }) =>
    named('EvaluationSuite', await createEvaluationSuite(training.runs.database, identity, input)),

  registerModel: async (_, { input }, { identity, training }) =>
    named('ModelVersion', await registerModel({ ...training, ...training.runs }, identity, input)),

  removeModelVersion: async (_, { input }, { identity, signal, training }) =>
    named(
      'ModelVersion',
      await removeModelVersion({ ...training, ...training.runs }, { identity, signal }, input),
    ),

  evaluateModelVersion: async (_, { input }, { identity, training }) =>
    named('EvaluationRun', await evaluateModelVersion(training.evaluations, identity, input)),

  startTrainingRun: async (_, { input }, { identity, training }) =>
    named('TrainingRun', await startTrainingRun(training.runs, identity, input)),

  cancelTrainingRun: async (_, { id }, { identity, training }) =>
    named('TrainingRun', await cancelTrainingRun(training.runs, identity, id)),

  pauseTrainingRun: async (_, { id }, { identity, training }) =>
    named('TrainingRun', await pauseTrainingRun(training.runs, identity, id)),

  retryTrainingRun: async (_, { id }, { identity, training }) =>
    named('TrainingRun', await retryTrainingRun(training.runs, identity, id)),

  resumeTrainingRun: async (_, { id }, { identity, training }) =>
    named('TrainingRun', await resumeTrainingRun(training.runs, identity, id)),

  moveModelAlias: async (_, { input }, { identity, training }) =>
    named('AliasMove', await moveModelAlias(training.runs.database, identity, input)),

  rollBackModelAlias: async (_, { input }, { identity, training }) =>
    named('AliasMove', await rollBackModelAlias(training.runs.database, identity, input)),
};
