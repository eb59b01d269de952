import { pageRequest, toConnection } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type { QueryResolvers } from '../__generated__/resolvers.ts';
import { readHistorical, readOnline } from '../actions/read.ts';
import { allEntities, pageOfViews, viewByName } from '../stores/definition-store.ts';

const scope = 'features:read';

export const Query: QueryResolvers = {
  featureView(_, { id }, { identity, loaders }) {
    requireScope(identity, scope);
    return loaders.view.load(id);
  },

  async featureViewNamed(_, { name }, { identity, database }) {
    requireScope(identity, scope);
    return (await viewByName(database, identity.tenant, name)) ?? null;
  },

  async featureViews(_, args, { identity, database }) {
    requireScope(identity, scope);
    const page = pageRequest(args, { key: ['text'] });
    return toConnection(await pageOfViews(database, identity.tenant, page), page.first, ({ name }) => [name]);
  },

  featureEntities(_, __, { identity, database }) {
    requireScope(identity, scope);
    return allEntities(database, identity.tenant);
  },

  onlineFeatures: (_, { input }, { identity, database }) => readOnline(database, identity, input),
  historicalFeatures: (_, { input }, { identity, database }) => readHistorical(database, identity, input),
};
