import { decodeCursor } from '@fathom/platform/cursor';
import { mapEvents, untilAborted } from '@fathom/platform/server/async-events';
import { requireScope } from '@fathom/platform/server/scopes';
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts';
import { lastEventSequence } from '../stores/alert-store.ts';

export const Subscription: SubscriptionResolvers = {
  alertFired: {
    async subscribe(_, { after }, { identity, database, alertFeed, signal }) {
      requireScope(identity, 'monitoring:read');
      const from =
        after == null ? await lastEventSequence(database) : Number(decodeCursor(after, ['integer'])[0]);
      const events = untilAborted(alertFeed.follow(from), signal);
      return mapEvents(events, (alertFired) => ({ alertFired }));
    },
  },
};
