import type { Database } from '@fathom/platform/database/database';
import type { Queryable } from '@fathom/platform/database/queryable';
import type { PageRequest } from '@fathom/platform/pagination';
import type { KnowledgeRecord } from '../mappers.ts';

const columns = `id, tenant, question, also_asked_as as "alsoAskedAs", answer, source, taught_by as "taughtBy",
  taught_at as "taughtAt", forgotten_at as "forgottenAt", times_used as "timesUsed"`;

export type NewKnowledge = Omit<KnowledgeRecord, 'forgottenAt' | 'timesUsed'>;

export async function insertKnowledge(
  tx: Queryable,
  knowledge: NewKnowledge,
  embeddedWith: string,
): Promise<void> {
  await tx.query(
    `insert into knowledge (id, tenant, question, also_asked_as, answer, source, taught_by, taught_at, embedded_with)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      knowledge.id,
      knowledge.tenant,
      knowledge.question,
      knowledge.alsoAskedAs,
      knowledge.answer,
      knowledge.source,
      knowledge.taughtBy,
      knowledge.taughtAt,
      embeddedWith,
    ],
  );
}

/** Marks it forgotten and returns it; undefined where the tenant has none by that id. A second time changes nothing. */
export function markForgotten(
  tx: Queryable,
  tenant: string,
  id: string,
): Promise<KnowledgeRecord | undefined> {
  return tx.maybeOne<KnowledgeRecord>(
    `update knowledge set forgotten_at = coalesce(forgotten_at, now()) where tenant = $1 and id = $2 returning ${columns}`,
    [tenant, id],
  );
}

export async function countUse(database: Database, ids: readonly string[]): Promise<void> {
  await database.query('update knowledge set times_used = times_used + 1 where id = any($1)', [ids]);
}

/** In any order; ids that the tenant does not have are missing. Forgotten knowledge is included: old answers cite it. */
export function knowledgeByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly KnowledgeRecord[]> {
  return database.query<KnowledgeRecord>(
    `select ${columns} from knowledge where tenant = $1 and id = any($2)`,
    [tenant, ids],
  );
}

export function pageOfKnowledge(
  database: Queryable,
  tenant: string,
  page: PageRequest,
): Promise<readonly KnowledgeRecord[]> {
  return database.query<KnowledgeRecord>(
    `select ${columns} from knowledge
     where tenant = $1 and forgotten_at is null and ($2::timestamptz is null or (taught_at, id) < ($2::timestamptz, $3))
     order by taught_at desc, id desc limit $4`,
    [tenant, page.after?.[0] ?? null, page.after?.[1] ?? null, page.first + 1],
  );
}

/** Knowledge whose vectors another embedder or index made. */
export function knowledgeToEmbed(
  database: Queryable,
  embeddedWith: string,
  limit: number,
): Promise<readonly KnowledgeRecord[]> {
  return database.query<KnowledgeRecord>(
    `select ${columns} from knowledge where embedded_with <> $1 and forgotten_at is null order by id limit $2`,
    [embeddedWith, limit],
  );
}

export async function markEmbedded(
  database: Queryable,
  ids: readonly string[],
  embeddedWith: string,
): Promise<void> {
  await database.query('update knowledge set embedded_with = $2 where id = any($1)', [ids, embeddedWith]);
}
