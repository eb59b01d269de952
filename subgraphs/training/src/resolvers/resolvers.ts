import type { Resolvers } from '../__generated__/resolvers.ts';
import type { Context } from '../context.ts';
import { DataSet, DataSetStatistics } from './DataSet.ts';
import { Mutation } from './mutation.ts';
import { Query } from './query.ts';
import {
  AliasMove,
  Checkpoint,
  Evaluation,
  EvaluationRun,
  EvaluationSuite,
  Model,
  ModelAlias,
  ModelLineage,
  ModelVersion,
} from './registry.ts';
import { Subscription } from './subscription.ts';
import { TrainingRun } from './TrainingRun.ts';
import { Upload, UploadFile } from './Upload.ts';

/** Every event of a run's progress leads back to the run. */
const ofRun = {
  async trainingRun({ jobId }: { readonly jobId: string }, _: object, { loaders }: Context) {
    return (await loaders.run.load(jobId))!;
  },
};

export const resolvers: Resolvers = {
  Query,
  Mutation,
  Subscription,
  DataSet,
  DataSetStatistics,
  Upload,
  UploadFile,
  TrainingRun,
  Model,
  ModelVersion,
  ModelAlias,
  ModelLineage,
  AliasMove,
  Evaluation,
  EvaluationRun,
  EvaluationSuite,
  Checkpoint,
  TrainingStepped: ofRun,
  TrainingCheckpointed: ofRun,
  TrainingSampled: ofRun,
  TrainingRunTransitioned: ofRun,
};
