import { raisePlatform } from '@fathom/platform/errors';
import { type EventPlace, followJob } from '@fathom/platform/jobs/follow-job';
import { type EventIterator, filterEvents } from '@fathom/platform/server/async-events';
import { requireScope } from '@fathom/platform/server/scopes';
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts';
import type { TrainingRun } from '../domain/records.ts';
import type { Progress } from '../mappers.ts';
import type { ProgressPayload } from '../stores/run-progress.ts';

export const Subscription: SubscriptionResolvers = {
  trainingRunProgressed: {
    async subscribe(_, { id, after, maxPoints }, { identity, loaders, training, signal }) {
      requireScope(identity, 'training:read');
      const run = await loaders.run.load(id);
      if (!run) throw raisePlatform('NOT_FOUND', { because: `training run ${id}` });
      const events = await followJob(training.runs.progress, {
        jobId: id,
        after,
        signal,
        toEvent: toProgress,
      });
      return maxPoints == null ? events : thinned(events, strideOf(maxPoints, run));
    },
    resolve: (event: Progress) => event,
  },
};

/** Steps between two that are told. */
function strideOf(maxPoints: number, { totalSteps }: TrainingRun): number {
  if (maxPoints >= 10 && maxPoints <= 10_000) return Math.ceil(totalSteps / maxPoints);
  throw raisePlatform('BAD_USER_INPUT', {
    because: `\`maxPoints\` is ${maxPoints}, allowed are 10 to 10,000`,
    details: { field: 'maxPoints' },
  });
}

/**
 * The first step of each stretch of steps, and everything else. Measured steps are always told. It goes by the step before,
 * not by what was told: so each follower is told the same behind a cursor, wherever it began.
 */
function thinned(events: EventIterator<Progress>, stride: number): EventIterator<Progress> {
  let last = 0;
  return filterEvents(events, (event) => {
    if (event.__typename !== 'TrainingStepped') return true;
    const { step, heldOutLoss } = event.point;
    const before = event.stepBefore ?? last;
    last = step;
    return heldOutLoss !== null || before === 0 || Math.floor(step / stride) !== Math.floor(before / stride);
  });
}

function toProgress(payload: unknown, place: EventPlace): Progress {
  const told = payload as ProgressPayload;
  switch (told.kind) {
    case 'stepped':
      return {
        __typename: 'TrainingStepped',
        ...place,
        point: told.point,
        stepBefore: told.stepBefore,
        etaSeconds: told.etaSeconds,
      };
    case 'checkpointed': {
      const checkpoint = { ...told.checkpoint, createdAt: new Date(told.checkpoint.createdAt) };
      return { __typename: 'TrainingCheckpointed', ...place, checkpoint };
    }
    case 'sampled':
      return { __typename: 'TrainingSampled', ...place, samples: told.samples };
    case 'transitioned': {
      const transition = { ...told.transition, at: new Date(told.transition.at) };
      return { __typename: 'TrainingRunTransitioned', ...place, transition };
    }
  }
}
