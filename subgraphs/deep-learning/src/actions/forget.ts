import type { Identity } from '@fathom/platform/identity';
import { requireScope } from '@fathom/platform/server/scopes';
import type { KnowledgeRecord } from '../mappers.ts';
import { markForgotten } from '../stores/knowledge-store.ts';
import { unmarkTaught } from '../stores/unknown-question-store.ts';
import type { Retrieval } from './retrieve.ts';

/** Withdraws knowledge; undefined where the tenant has none by that id. Needs `deep-learning:write`. */
export async function forget(
  { database, index }: Retrieval,
  identity: Identity,
  id: string,
): Promise<KnowledgeRecord | undefined> {
  requireScope(identity, 'deep-learning:write');
  const forgotten = await database.transaction(async (tx) => {
    const knowledge = await markForgotten(tx, identity.tenant, id);
    if (!knowledge) return undefined;
    await unmarkTaught(tx, id);
    await tx.publish({
      topic: 'knowledge.forgotten',
      key: knowledge.tenant,
      payload: { knowledgeId: id, tenant: knowledge.tenant },
    });
    return knowledge;
  });
  if (forgotten) await index.remove(forgotten);
  return forgotten;
}
