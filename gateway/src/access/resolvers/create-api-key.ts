import type { MutationResolvers } from '../../__generated__/resolvers.ts';
import { principalOf } from '../principal-of.ts';

export const createApiKey: NonNullable<MutationResolvers['createApiKey']> = async (
  _parent,
  { input },
  context,
) => {
  const outcome = await context.apiKeys.create(principalOf(context).identity, {
    name: input.name,
    roles: input.roles ?? [],
    scopes: input.scopes ?? [],
    expiresAt: input.expiresAt,
    operationsPerWindow: input.operationsPerWindow,
    tenant: input.tenant,
  });
  if (outcome.kind === 'invalid')
    return { __typename: 'InvalidInput', field: outcome.field, message: outcome.message };
  return { __typename: 'ApiKeyCreated', secret: outcome.secret, apiKey: outcome.record };
};
