import { raisePlatform } from '@fathom/platform/errors';
import { requireScope } from '@fathom/platform/server/scopes';
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts';
import type { Progress } from '../mappers.ts';
import { followRun } from './progress.ts';

export const Subscription: SubscriptionResolvers = {
  trainingRunProgressed: {
    async subscribe(_, { id, after }, { identity, loaders, training, signal }) {
      requireScope(identity, 'training:read');
      if (!(await loaders.run.load(id))) throw raisePlatform('NOT_FOUND', { because: `training run ${id}` });
      return followRun(training.runs.progress, { runId: id, after, signal });
    },
    resolve: (event: Progress) => event,
  },
};
