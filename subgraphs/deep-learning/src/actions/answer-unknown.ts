import type { Identity } from '@fathom/platform/identity';
import type { InvalidInput } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { decide } from '../domain/match-knowledge.ts';
import { normaliseQuestion } from '../domain/question-words.ts';
import type { KnowledgeMatchRecord } from '../mappers.ts';
import { countUse } from '../stores/knowledge-store.ts';
import { refuseText } from './input.ts';
import { type Retrieval, retrieve } from './retrieve.ts';

export interface EvidencedAnswer {
  readonly __typename: 'EvidencedAnswer';
  readonly text: string;
  readonly confidence: number;
  readonly evidence: readonly KnowledgeMatchRecord[];
  readonly explanation: string;
}

export interface Abstention {
  readonly __typename: 'Abstention';
  readonly text: string;
  readonly explanation: string;
  readonly nearest: readonly KnowledgeMatchRecord[];
}

const candidatesConsidered = 5;

/** Answers from taught knowledge or abstains. Needs `deep-learning:read`. */
export async function answerUnknown(
  retrieval: Retrieval,
  identity: Identity,
  input: { readonly question: string },
): Promise<EvidencedAnswer | Abstention | InvalidInput> {
  requireScope(identity, 'deep-learning:read');
  const refusal = refuseText('input.question', input.question);
  if (refusal) return refusal;

  const matches = await retrieve(retrieval, {
    tenant: identity.tenant,
    text: input.question,
    limit: candidatesConsidered,
  });
  const answerOf = new Map(
    matches.map((match) => [match.knowledgeId, normaliseQuestion(match.knowledge.answer)]),
  );
  const decision = decide(matches, (a, b) => answerOf.get(a.knowledgeId) === answerOf.get(b.knowledgeId));
  const from =
    decision.kind === 'answer'
      ? matches.find(({ knowledgeId }) => knowledgeId === decision.from.knowledgeId)
      : undefined;
  if (!from) {
    return {
      __typename: 'Abstention',
      text: 'I do not know, and nobody has taught me yet.',
      explanation: decision.explanation,
      nearest: matches,
    };
  }
  await countUse(retrieval.database, [from.knowledgeId]);
  return {
    __typename: 'EvidencedAnswer',
    text: from.knowledge.answer,
    confidence: from.confidence,
    evidence: [from],
    explanation: decision.explanation,
  };
}
