import { raisePlatform } from '@fathom/platform/errors';
import { decodeCursor } from '@fathom/platform/pagination';
import { mapEvents, untilAborted } from '@fathom/platform/server/async-events';
import { requireScope } from '@fathom/platform/server/scopes';
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts';
import { lastEventSequence } from '../stores/alert-store.ts';

export const Subscription: SubscriptionResolvers = {
  alertFired: {
    async subscribe(_, { after }, { identity, database, alertFeed, signal }) {
      requireScope(identity, 'monitoring:read');
      const from = after == null ? await lastEventSequence(database) : sequenceOf(after);
      const events = untilAborted(alertFeed.follow(from), signal);
      return mapEvents(events, (alertFired) => ({ alertFired }));
    },
  },
};

function sequenceOf(cursor: string): number {
  const sequence = Number(decodeCursor(cursor, 1)[0]);
  if (!Number.isSafeInteger(sequence) || sequence < 0) {
    throw raisePlatform('BAD_USER_INPUT', {
      because: '`after` is not a cursor of this stream',
      details: { field: 'after' },
    });
  }
  return sequence;
}
