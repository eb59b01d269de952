import type { Database } from '@fathom/platform/database/database';
import { judge } from '../domain/match-knowledge.ts';
import type { KnowledgeMatchRecord } from '../mappers.ts';
import type { KnowledgeIndex } from '../stores/knowledge-index.ts';
import { knowledgeByIds } from '../stores/knowledge-store.ts';

export interface Retrieval {
  readonly database: Database;
  readonly index: KnowledgeIndex;
}

/** Wordings of one knowledge crowd each other, so more are fetched than are shown. */
const wordingsPerKnowledge = 4;

/** The knowledge nearest to a text, each with its best wording judged, the most confident first. Forgotten is left out. */
export async function retrieve(
  { database, index }: Retrieval,
  { tenant, text, limit }: { readonly tenant: string; readonly text: string; readonly limit: number },
): Promise<readonly KnowledgeMatchRecord[]> {
  const found = await index.search(tenant, text, limit * wordingsPerKnowledge);
  const records = await knowledgeByIds(database, tenant, [
    ...new Set(found.map(({ knowledgeId }) => knowledgeId)),
  ]);
  const byId = new Map(
    records.filter(({ forgottenAt }) => forgottenAt === null).map((record) => [record.id, record]),
  );
  const best = new Map<string, KnowledgeMatchRecord>();
  for (const candidate of found) {
    const knowledge = byId.get(candidate.knowledgeId);
    if (!knowledge) continue;
    const context = [knowledge.question, ...knowledge.alsoAskedAs, knowledge.answer];
    const match = { ...judge(text, { ...candidate, context }), knowledge };
    const sofar = best.get(knowledge.id);
    if (!sofar || rank(match) > rank(sofar)) best.set(knowledge.id, match);
  }
  return [...best.values()].sort((a, b) => rank(b) - rank(a)).slice(0, limit);
}

/** Verified wordings come before those that are merely near. */
function rank({ isVerified, confidence }: KnowledgeMatchRecord): number {
  return (isVerified ? 1 : 0) + confidence;
}
