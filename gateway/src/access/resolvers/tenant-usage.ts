import type { QueryResolvers } from '../../__generated__/resolvers.ts';
import { principalOf } from '../principal-of.ts';

const maxDays = 90;

export const tenantUsage: NonNullable<QueryResolvers['tenantUsage']> = async (_parent, { days }, context) => {
  const { tenant } = principalOf(context).identity;
  const rows = await context.usage.dailyUsage(tenant, Math.min(Math.max(days ?? 30, 1), maxDays));
  return rows.map(({ deviceMs, ...row }) => ({ ...row, deviceSeconds: deviceMs / 1000 }));
};
