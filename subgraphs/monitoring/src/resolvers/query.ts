import { pageRequest, toConnection } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type { QueryResolvers } from '../__generated__/resolvers.ts';
import { platformHealth } from '../actions/platform-health.ts';
import { rules } from '../domain/rules.ts';
import type { ServiceRecord } from '../mappers.ts';
import { pageOfAlerts } from '../stores/alert-store.ts';

const scope = 'monitoring:read';

export const Query: QueryResolvers = {
  platformHealth(_, __, context) {
    requireScope(context.identity, scope);
    return platformHealth(context);
  },

  services(_, __, { identity, services, loaders }) {
    requireScope(identity, scope);
    return loaders.service.loadMany(services) as Promise<ServiceRecord[]>;
  },

  service(_, { name }, { identity, loaders }) {
    requireScope(identity, scope);
    return loaders.service.load(name);
  },

  async alerts(_, args, { identity, database }) {
    requireScope(identity, scope);
    const page = pageRequest(args, { key: ['moment', 'text'] });
    const rows = await pageOfAlerts(database, { ...page, status: args.status ?? null });
    return toConnection(rows, page.first, ({ firedAt, id }) => [firedAt.toISOString(), id]);
  },

  alertRules(_, __, { identity }) {
    requireScope(identity, scope);
    return [...rules];
  },
};
