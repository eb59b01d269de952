import { raisePlatform } from '@fathom/platform/errors';
import { type EventPlace, followJob } from '@fathom/platform/jobs/follow-job';
import { requireScope } from '@fathom/platform/server/scopes';
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts';
import type { Progress } from '../mappers.ts';
import type { ProgressPayload } from '../stores/jobs.ts';

export const Subscription: SubscriptionResolvers = {
  fineTuningJobProgressed: {
    async subscribe(_, { id, after }, { identity, loaders, jobs, signal }) {
      requireScope(identity, 'fine-tuning:read');
      if (!(await loaders.job.load(id)))
        throw raisePlatform('NOT_FOUND', { because: `fine-tuning job ${id}` });
      return followJob(jobs.progress, { jobId: id, after, signal, toEvent: toProgress });
    },
    resolve: (event: Progress) => event,
  },
};

function toProgress(payload: unknown, place: EventPlace): Progress {
  const told = payload as ProgressPayload;
  if (told.kind === 'stepped') {
    return { __typename: 'FineTuningStepped', ...place, point: told.point, etaSeconds: told.etaSeconds };
  }
  const { to: status, detail } = told.transition;
  return { __typename: 'FineTuningJobTransitioned', ...place, status, detail };
}
