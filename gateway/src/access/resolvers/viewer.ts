import type { Identity } from '@fathom/platform/identity';
import type { QueryResolvers } from '../../__generated__/resolvers.ts';
import { principalOf } from '../principal-of.ts';

export interface ViewerRecord extends Identity {
  readonly expiresAt: Date | null;
}

export const viewer: NonNullable<QueryResolvers['viewer']> = (_parent, _args, context) => {
  const { identity, expiresAt } = principalOf(context);
  const { subject, tenant, roles, scopes } = identity;
  return { subject, tenant, roles, scopes, expiresAt: expiresAt ?? null };
};
