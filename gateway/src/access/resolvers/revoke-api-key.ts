import type { MutationResolvers } from '../../__generated__/resolvers.ts';
import { principalOf } from '../principal-of.ts';

export const revokeApiKey: NonNullable<MutationResolvers['revokeApiKey']> = async (
  _parent,
  { id },
  context,
) => {
  const outcome = await context.apiKeys.revoke(principalOf(context).identity, id);
  if (outcome.kind === 'not-found')
    return { __typename: 'NotFound', id, message: `Your tenant has no API key "${id}".` };
  return { __typename: 'ApiKey', ...outcome.record };
};
