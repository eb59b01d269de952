/** Aliases and the audit of their moves. */
import { randomUUID } from 'node:crypto';
import type { Queryable } from '@fathom/platform/database/queryable';
import type { Transaction } from '@fathom/platform/database/transaction';
import { type AliasMove, type ModelAlias, platformTenant } from '../domain/records.ts';

const aliasColumns = 'model_name as "modelName", name, version_id as "versionId"';
const moveColumns = `id, model_name as "modelName", alias, from_version_id as "fromVersionId",
  to_version_id as "toVersionId", moved_by as "movedBy", reason, evaluation_id as "evaluationId", moved_at as "movedAt"`;

/** Where the alias leads, locked until the end of the transaction; undefined if it leads nowhere yet. */
export async function lockAlias(
  tx: Queryable,
  modelName: string,
  alias: string,
): Promise<string | undefined> {
  // The model's row is the lock, so that the first move of an alias is serialised as well.
  await tx.query('select from model where name = $1 for update', [modelName]);
  return aliasTarget(tx, modelName, alias);
}

/** Where the alias leads now. */
export async function aliasTarget(
  database: Queryable,
  modelName: string,
  alias: string,
): Promise<string | undefined> {
  const row = await database.maybeOne<{ versionId: string }>(
    'select version_id as "versionId" from model_alias where model_name = $1 and name = $2',
    [modelName, alias],
  );
  return row?.versionId;
}

export type NewMove = Omit<AliasMove, 'id' | 'movedAt'>;

/** Moves, records why and by whom, and announces `alias.moved`. The alias must be locked. */
export async function moveAlias(tx: Transaction, move: NewMove): Promise<AliasMove> {
  await tx.query(
    `insert into model_alias (model_name, name, version_id) values ($1, $2, $3)
     on conflict (model_name, name) do update set version_id = excluded.version_id`,
    [move.modelName, move.alias, move.toVersionId],
  );
  const recorded = await tx.one<AliasMove>(
    `insert into alias_move (id, model_name, alias, from_version_id, to_version_id, moved_by, reason, evaluation_id, moved_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp()) returning ${moveColumns}`,
    [
      `move_${randomUUID()}`,
      move.modelName,
      move.alias,
      move.fromVersionId,
      move.toVersionId,
      move.movedBy,
      move.reason,
      move.evaluationId,
    ],
  );
  await tx.publish({
    topic: 'alias.moved',
    key: move.modelName,
    payload: {
      modelName: move.modelName,
      alias: move.alias,
      fromVersionId: move.fromVersionId,
      toVersionId: move.toVersionId,
      movedBy: move.movedBy,
      reason: move.reason,
      at: recorded.movedAt,
    },
  });
  return recorded;
}

export function lastMove(tx: Queryable, modelName: string, alias: string): Promise<AliasMove | undefined> {
  return tx.maybeOne<AliasMove>(
    `select ${moveColumns} from alias_move where model_name = $1 and alias = $2 order by position desc limit 1`,
    [modelName, alias],
  );
}

export function aliasesOfModels(
  database: Queryable,
  names: readonly string[],
): Promise<readonly ModelAlias[]> {
  return database.query<ModelAlias>(
    `select ${aliasColumns} from model_alias where model_name = any($1) order by model_name, name`,
    [names],
  );
}

export function aliasesOfVersions(
  database: Queryable,
  versionIds: readonly string[],
): Promise<readonly ModelAlias[]> {
  return database.query<ModelAlias>(
    `select ${aliasColumns} from model_alias where version_id = any($1) order by version_id, name`,
    [versionIds],
  );
}

/** Newest first, of the aliases given as `model/alias`. */
export function movesOfAliases(database: Queryable, keys: readonly string[]): Promise<readonly AliasMove[]> {
  return database.query<AliasMove>(
    `select ${moveColumns} from alias_move where model_name || '/' || alias = any($1) order by position desc`,
    [keys],
  );
}

/** The last move up to a moment of each alias given as `model/alias`. */
export function movesAt(
  database: Queryable,
  keys: readonly string[],
  at: Date,
): Promise<readonly AliasMove[]> {
  return database.query<AliasMove>(
    `select distinct on (model_name, alias) ${moveColumns} from alias_move
      where model_name || '/' || alias = any($1) and moved_at <= $2 order by model_name, alias, position desc`,
    [keys, at],
  );
}

export function movesByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly AliasMove[]> {
  return database.query<AliasMove>(
    `select ${moveColumns} from alias_move a where id = any($3)
        and exists (select from model m where m.name = a.model_name and m.tenant in ($1, $2))`,
    [tenant, platformTenant, ids],
  );
}
