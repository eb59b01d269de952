import { createByIdLoader } from '@fathom/platform/by-id-loader';
import type { Database } from '@fathom/platform/database/database';
import { knowledgeByIds } from './stores/knowledge-store.ts';
import { unknownQuestionsByIds } from './stores/unknown-question-store.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** Made for one request; they see the tenant's rows only. */
export function createLoaders(database: Database, tenant: string) {
  return {
    knowledge: createByIdLoader((ids) => knowledgeByIds(database, tenant, ids)),
    unknownQuestion: createByIdLoader((ids) => unknownQuestionsByIds(database, tenant, ids)),
  };
}
