import type { Resolvers } from '../__generated__/resolvers.ts';
import { FeatureEntity } from './FeatureEntity.ts';
import { FeatureView } from './FeatureView.ts';
import { Mutation } from './mutation.ts';
import { Query } from './query.ts';
import { TrainingSetExport } from './TrainingSetExport.ts';

export const resolvers: Resolvers = { Query, Mutation, FeatureEntity, FeatureView, TrainingSetExport };
