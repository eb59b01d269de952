/** Wordings that have a taught answer, so that such a question goes to deep-learning without a detour. */
import type { Queryable } from '@fathom/platform/database/queryable';
import { normaliseQuestion } from '../domain/question.ts';
import { oneAtATime } from './one-at-a-time.ts';

export interface Teaching {
  readonly tenant: string;
  readonly knowledgeId: string;
  /** As people word them. */
  readonly questions: readonly string[];
}

export async function hasTaughtAnswer(
  database: Queryable,
  tenant: string,
  question: string,
): Promise<boolean> {
  const found = await database.query(
    'select from taught_questions where tenant = $1 and question = $2 limit 1',
    [tenant, normaliseQuestion(question)],
  );
  return found.length > 0;
}

/** Unless the knowledge was withdrawn meanwhile: the two events come on different topics. */
export async function recordTeaching(
  tx: Queryable,
  { tenant, knowledgeId, questions }: Teaching,
): Promise<void> {
  await oneAtATime(tx, knowledgeId);
  await tx.query(
    `insert into taught_questions (tenant, question, knowledge_id)
     select $1, wording, $2 from unnest($3::text[]) as wording
     where not exists (select from forgotten_knowledge where knowledge_id = $2)
     on conflict do nothing`,
    [tenant, knowledgeId, questions.map(normaliseQuestion)],
  );
}

export async function recordForgetting(tx: Queryable, knowledgeId: string): Promise<void> {
  await oneAtATime(tx, knowledgeId);
  await tx.query('insert into forgotten_knowledge (knowledge_id) values ($1) on conflict do nothing', [
    knowledgeId,
  ]);
  await tx.query('delete from taught_questions where knowledge_id = $1', [knowledgeId]);
}
