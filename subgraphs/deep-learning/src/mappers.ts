/** What the resolvers' parents really are, where they are not what the schema says. */
import type { JudgedCandidate } from './domain/match-knowledge.ts';

export interface KnowledgeRecord {
  readonly id: string;
  readonly tenant: string;
  readonly question: string;
  readonly alsoAskedAs: readonly string[];
  readonly answer: string;
  readonly source: string | null;
  readonly taughtBy: string;
  readonly taughtAt: Date;
  readonly forgottenAt: Date | null;
  readonly timesUsed: number;
}

export interface KnowledgeMatchRecord extends JudgedCandidate {
  readonly knowledge: KnowledgeRecord;
}

export interface UnknownQuestionRecord {
  readonly id: string;
  readonly question: string;
  readonly timesAsked: number;
  readonly firstAskedAt: Date;
  readonly lastAskedAt: Date;
  readonly lastGenerationId: string | null;
  readonly knowledgeId: string | null;
}
