import type { Queryable } from '@fathom/platform/database/queryable';
import type { PageRequest } from '@fathom/platform/pagination';
import { normaliseQuestion } from '../domain/question-words.ts';
import type { UnknownQuestionRecord } from '../mappers.ts';

const columns = `id, question, times_asked as "timesAsked", first_asked_at as "firstAskedAt", last_asked_at as "lastAskedAt",
  last_generation_id as "lastGenerationId", knowledge_id as "knowledgeId"`;

export interface AskedUnknown {
  readonly id: string;
  readonly tenant: string;
  readonly question: string;
  readonly generationId: string;
  readonly askedAt: Date;
}

/** Counts the question; wordings that differ in case and punctuation only are one question. */
export async function recordUnknownQuestion(tx: Queryable, asked: AskedUnknown): Promise<void> {
  await tx.query(
    `insert into unknown_question
       (id, tenant, normalised, question, times_asked, first_asked_at, last_asked_at, last_generation_id)
     values ($1, $2, $3, $4, 1, $5, $5, $6)
     on conflict (tenant, normalised) do update set
       times_asked = unknown_question.times_asked + 1,
       last_asked_at = greatest(unknown_question.last_asked_at, excluded.last_asked_at),
       last_generation_id = excluded.last_generation_id`,
    [
      asked.id,
      asked.tenant,
      normaliseQuestion(asked.question),
      asked.question,
      asked.askedAt,
      asked.generationId,
    ],
  );
}

export interface TaughtWordings {
  readonly tenant: string;
  readonly knowledgeId: string;
  readonly wordings: readonly string[];
}

export async function markTaught(
  tx: Queryable,
  { tenant, knowledgeId, wordings }: TaughtWordings,
): Promise<void> {
  await tx.query('update unknown_question set knowledge_id = $2 where tenant = $1 and normalised = any($3)', [
    tenant,
    knowledgeId,
    wordings.map(normaliseQuestion),
  ]);
}

export async function unmarkTaught(tx: Queryable, knowledgeId: string): Promise<void> {
  await tx.query('update unknown_question set knowledge_id = null where knowledge_id = $1', [knowledgeId]);
}

export function unknownQuestionsByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly UnknownQuestionRecord[]> {
  return database.query<UnknownQuestionRecord>(
    `select ${columns} from unknown_question where tenant = $1 and id = any($2)`,
    [tenant, ids],
  );
}

export function pageOfUnknownQuestions(
  database: Queryable,
  tenant: string,
  page: PageRequest & { readonly includeTaught: boolean },
): Promise<readonly UnknownQuestionRecord[]> {
  return database.query<UnknownQuestionRecord>(
    `select ${columns} from unknown_question
     where tenant = $1 and ($2 or knowledge_id is null) and ($3::int is null or (times_asked, id) < ($3::int, $4))
     order by times_asked desc, id desc limit $5`,
    [tenant, page.includeTaught, page.after?.[0] ?? null, page.after?.[1] ?? null, page.first + 1],
  );
}
