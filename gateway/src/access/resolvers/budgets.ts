import type { ViewerResolvers } from '../../__generated__/resolvers.ts';
import { principalOf } from '../principal-of.ts';

export const budgets: NonNullable<ViewerResolvers['budgets']> = async (_parent, _args, context) => {
  const states = (await context.budgets?.stateOf(principalOf(context))) ?? [];
  return states.map(({ per, limit, left, windowMs }) => ({
    per,
    tokensLimit: limit.tokens,
    tokensLeft: Math.floor(left.tokens),
    deviceSecondsLimit: limit.deviceMs / 1000,
    deviceSecondsLeft: Math.floor(left.deviceMs) / 1000,
    refillsInSeconds: windowMs / 1000,
  }));
};
