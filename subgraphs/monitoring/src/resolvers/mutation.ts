import { requireScope } from '@fathom/platform/server/scopes';
import type { MutationResolvers } from '../__generated__/resolvers.ts';
import { acknowledge } from '../stores/alert-store.ts';

export const Mutation: MutationResolvers = {
  async acknowledgeAlert(_, { id, note }, { identity, database, loaders }) {
    requireScope(identity, 'monitoring:write');
    const alert = await acknowledge(database, { id, by: identity.subject, note: note ?? null });
    if (alert) return { __typename: 'Alert', ...alert };
    const existing = await loaders.alert.load(id);
    if (!existing) return { __typename: 'NotFound', id, message: `There is no alert ${id}.` };
    return {
      __typename: 'WrongState',
      state: existing.status,
      message: `The alert is ${existing.status}; only one that fires can be acknowledged.`,
    };
  },
};
