import type { MutationResolvers } from '../__generated__/resolvers.ts';
import type { Context } from '../context.ts';
import type { Started } from '../runtime/generations.ts';
import { endTrafficSplit, setTrafficSplit } from '../runtime/set-traffic-split.ts';
import type { TrafficSplitRow } from '../stores/traffic-split-store.ts';
import { awaitEnd } from './watched.ts';

export const Mutation: MutationResolvers = {
  async ask(_, { input }, context) {
    return toResult(await context.inference.generations.ask(context, input), context);
  },

  async generate(_, { input }, context) {
    return toResult(await context.inference.generations.generate(context, input), context);
  },

  async setTrafficSplit(_, { input }, { inference, identity }) {
    return typed(await setTrafficSplit(inference, identity, input));
  },

  async endTrafficSplit(_, { input }, { inference, identity }) {
    return typed(await endTrafficSplit(inference, identity, input));
  },

  async cancelGeneration(_, { id }, { inference, identity }) {
    const cancelled = await inference.generations.cancel(identity, id);
    switch (cancelled.kind) {
      case 'not-found':
        return { __typename: 'NotFound', id, message: `There is no generation ${id}.` };
      case 'already-ended': {
        const { record } = cancelled;
        const message = `It had ended before: ${record.status}.`;
        return { __typename: 'AlreadyFinished', message, generation: { record, hasTokens: false } };
      }
      case 'cancelled':
        return { __typename: 'Generation', record: cancelled.record, hasTokens: true };
    }
  },
};

/** A refusal has its type's name already. */
function typed<Refusal extends { readonly __typename: string }>(changed: TrafficSplitRow | Refusal) {
  return '__typename' in changed ? changed : { __typename: 'TrafficSplit' as const, ...changed };
}

async function toResult(started: Started, context: Context) {
  switch (started.kind) {
    case 'started': {
      const ended = await awaitEnd(started.record, started.role, context.inference, context);
      return { __typename: 'Generation' as const, ...ended };
    }
    case 'invalid':
      return { __typename: 'InvalidInput' as const, message: started.message, field: started.field };
    case 'unknown-model': {
      const { message, model, available } = started;
      return { __typename: 'UnknownModel' as const, message, model, available };
    }
    case 'overloaded':
      return {
        __typename: 'Overloaded' as const,
        message: started.message,
        retryAfterMs: started.retryAfterMs,
      };
  }
}
