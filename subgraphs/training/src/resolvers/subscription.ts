import { raisePlatform } from '@fathom/platform/errors';
import { type EventPlace, followJob } from '@fathom/platform/jobs/follow-job';
import { requireScope } from '@fathom/platform/server/scopes';
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts';
import type { Progress } from '../mappers.ts';
import type { ProgressPayload } from '../stores/run-progress.ts';

export const Subscription: SubscriptionResolvers = {
  trainingRunProgressed: {
    async subscribe(_, { id, after }, { identity, loaders, training, signal }) {
      requireScope(identity, 'training:read');
      if (!(await loaders.run.load(id))) throw raisePlatform('NOT_FOUND', { because: `training run ${id}` });
      return followJob(training.runs.progress, { jobId: id, after, signal, toEvent: toProgress });
    },
    resolve: (event: Progress) => event,
  },
};

function toProgress(payload: unknown, place: EventPlace): Progress {
  const told = payload as ProgressPayload;
  switch (told.kind) {
    case 'stepped':
      return { __typename: 'TrainingStepped', ...place, point: told.point, etaSeconds: told.etaSeconds };
    case 'checkpointed': {
      const checkpoint = { ...told.checkpoint, createdAt: new Date(told.checkpoint.createdAt) };
      return { __typename: 'TrainingCheckpointed', ...place, checkpoint };
    }
    case 'transitioned': {
      const transition = { ...told.transition, at: new Date(told.transition.at) };
      return { __typename: 'TrainingRunTransitioned', ...place, transition };
    }
  }
}
