import type { QueryResolvers } from '../../__generated__/resolvers.ts';
import { principalOf } from '../principal-of.ts';

export const apiKeys: NonNullable<QueryResolvers['apiKeys']> = (_parent, page, context) =>
  context.apiKeys.list(principalOf(context).identity, page);
