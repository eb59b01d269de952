import { raisePlatform } from '@fathom/platform/errors';
import { pageRequest, toConnection } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import type { QueryResolvers } from '../__generated__/resolvers.ts';
import { refuseText } from '../actions/input.ts';
import { retrieve } from '../actions/retrieve.ts';
import { pageOfKnowledge } from '../stores/knowledge-store.ts';
import { pageOfUnknownQuestions } from '../stores/unknown-question-store.ts';

const scope = 'deep-learning:read';

export const Query: QueryResolvers = {
  knowledge(_, { id }, { identity, loaders }) {
    requireScope(identity, scope);
    return loaders.knowledge.load(id);
  },

  async taughtKnowledge(_, args, { identity, retrieval }) {
    requireScope(identity, scope);
    const page = pageRequest(args, { key: ['moment', 'text'] });
    const rows = await pageOfKnowledge(retrieval.database, identity.tenant, page);
    return toConnection(rows, page.first, ({ taughtAt, id }) => [taughtAt.toISOString(), id]);
  },

  searchKnowledge(_, { text, first }, { identity, retrieval }) {
    requireScope(identity, scope);
    const refusal = refuseText('text', text);
    if (refusal)
      throw raisePlatform('BAD_USER_INPUT', { because: refusal.message, details: { field: refusal.field } });
    const { first: limit } = pageRequest({ first }, { defaultFirst: 5, maxFirst: 50, key: [] });
    return retrieve(retrieval, { tenant: identity.tenant, text, limit });
  },

  async unknownQuestions(_, args, { identity, retrieval }) {
    requireScope(identity, scope);
    const page = pageRequest(args, { key: ['integer', 'text'] });
    const rows = await pageOfUnknownQuestions(retrieval.database, identity.tenant, {
      ...page,
      includeTaught: args.includeTaught ?? false,
    });
    return toConnection(rows, page.first, ({ timesAsked, id }) => [String(timesAsked), id]);
  },
};
