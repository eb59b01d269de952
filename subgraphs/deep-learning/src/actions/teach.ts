import { randomUUID } from 'node:crypto';
import type { Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import type { KnowledgeRecord } from '../mappers.ts';
import { insertKnowledge } from '../stores/knowledge-store.ts';
import { markTaught } from '../stores/unknown-question-store.ts';
import { maxOtherWordings, refuseText } from './input.ts';
import type { Retrieval } from './retrieve.ts';

export interface TeachInput {
  readonly question: string;
  readonly answer: string;
  readonly source?: string | null | undefined;
  readonly alsoAskedAs?: readonly string[] | null | undefined;
}

/**
 * Stores knowledge and announces it. Needs `deep-learning:write`. The vectors are stored first: knowledge that is
 * acknowledged can be found, while vectors without their knowledge (a crash in between) are skipped by every search.
 */
export async function teach(
  { database, index }: Retrieval,
  identity: Identity,
  input: TeachInput,
): Promise<KnowledgeRecord | InvalidInput> {
  requireScope(identity, 'deep-learning:write');
  const alsoAskedAs = input.alsoAskedAs ?? [];
  const refusal =
    refuseText('input.question', input.question) ??
    refuseText('input.answer', input.answer) ??
    refuseWordings(alsoAskedAs) ??
    (input.source ? refuseText('input.source', input.source) : undefined);
  if (refusal) return refusal;

  const knowledge: KnowledgeRecord = {
    id: randomUUID(),
    tenant: identity.tenant,
    question: input.question.trim(),
    alsoAskedAs: alsoAskedAs.map((wording) => wording.trim()),
    answer: input.answer.trim(),
    source: input.source ?? null,
    taughtBy: identity.subject,
    taughtAt: new Date(),
    forgottenAt: null,
    timesUsed: 0,
  };
  await index.add(knowledge);
  const wordings = [knowledge.question, ...knowledge.alsoAskedAs];
  await database.transaction(async (tx) => {
    await insertKnowledge(tx, knowledge, index.embeddedWith);
    await markTaught(tx, { tenant: knowledge.tenant, knowledgeId: knowledge.id, wordings });
    await tx.publish({
      topic: 'knowledge.taught',
      key: knowledge.tenant,
      payload: {
        knowledgeId: knowledge.id,
        tenant: knowledge.tenant,
        questions: wordings,
        taughtAt: knowledge.taughtAt,
      },
    });
  });
  return knowledge;
}

function refuseWordings(wordings: readonly string[]): InvalidInput | undefined {
  if (wordings.length > maxOtherWordings) {
    return invalid({
      field: 'input.alsoAskedAs',
      message: `It has ${wordings.length} entries: at most ${maxOtherWordings} are allowed.`,
    });
  }
  for (const [index, wording] of wordings.entries()) {
    const refusal = refuseText(`input.alsoAskedAs.${index}`, wording);
    if (refusal) return refusal;
  }
  return undefined;
}
