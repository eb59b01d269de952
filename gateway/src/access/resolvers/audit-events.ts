import { pageRequest, toConnection } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type { QueryResolvers } from '../../__generated__/resolvers.ts';
import { principalOf } from '../principal-of.ts';

export const auditEvents: NonNullable<QueryResolvers['auditEvents']> = async (_parent, page, context) => {
  const { identity } = principalOf(context);
  requireScope(identity, 'admin');
  const { first, after } = pageRequest(page, { key: ['moment', 'uuid'] });
  const [at, id] = after ?? [];
  const rows = await context.auditEvents.list({
    tenant: identity.tenant,
    first,
    after: at !== undefined && id !== undefined ? { at: new Date(at), id } : undefined,
  });
  return toConnection(rows, first, (row) => [row.at.toISOString(), row.id]);
};
