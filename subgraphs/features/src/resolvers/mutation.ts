import type { MutationResolvers } from '../__generated__/resolvers.ts';
import { defineEntity, defineView } from '../actions/define.ts';
import { exportTrainingSet } from '../actions/export-training-set.ts';
import { ingest } from '../actions/ingest.ts';

export const Mutation: MutationResolvers = {
  async defineFeatureEntity(_, { input }, { identity, database }) {
    const result = await defineEntity(database, identity, input);
    return '__typename' in result ? result : { __typename: 'FeatureEntity', ...result };
  },

  async defineFeatureView(_, { input }, { identity, database }) {
    const result = await defineView(database, identity, {
      ...input,
      features: input.features.map(({ name, type, description }) => ({
        name,
        type,
        description: description ?? '',
      })),
      lifetimeSeconds: input.lifetimeSeconds ?? null,
    });
    return '__typename' in result ? result : { __typename: 'FeatureView', ...result };
  },

  ingestFeatures: (_, { input }, { identity, database }) => ingest(database, identity, input),

  async exportTrainingSet(_, { input }, { identity, database, artifacts }) {
    const result = await exportTrainingSet({ database, artifacts }, identity, input);
    return '__typename' in result ? result : { __typename: 'TrainingSetExport', ...result };
  },
};
