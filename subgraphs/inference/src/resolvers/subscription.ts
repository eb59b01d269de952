import type { SubscriptionResolvers } from '../__generated__/resolvers.ts';
import type { Event } from '../mappers.ts';
import { watchBehind, watchExisting, watchStarted } from './watched.ts';

const resolve = (event: Event): Event => event;

export const Subscription: SubscriptionResolvers = {
  ask: {
    async subscribe(_, { input, after }, context) {
      const { inference } = context;
      if (typeof after === 'string') return watchBehind(after, inference, context);
      return watchStarted(await inference.generations.ask(context, input), inference, context);
    },
    resolve,
  },
  generate: {
    async subscribe(_, { input, after }, context) {
      const { inference } = context;
      if (typeof after === 'string') return watchBehind(after, inference, context);
      return watchStarted(await inference.generations.generate(context, input), inference, context);
    },
    resolve,
  },
  generationEvents: {
    subscribe: (_, { id, after }, context) =>
      watchExisting(id, after ?? undefined, context.inference, context),
    resolve,
  },
};
