import type { QueryResolvers } from '../../__generated__/resolvers.ts';
import { principalOf } from '../principal-of.ts';

export const viewer: NonNullable<QueryResolvers['viewer']> = (_parent, _args, context) => {
  const { identity, expiresAt } = principalOf(context);
  const { subject, tenant, roles, scopes } = identity;
  return { subject, tenant, roles, scopes, expiresAt: expiresAt ?? null };
};
