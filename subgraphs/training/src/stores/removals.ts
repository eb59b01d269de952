/** Versions that were removed, and what stands in the way of removing one. */
import type { Queryable } from '@fathom/platform/database/queryable';
import type { Transaction } from '@fathom/platform/database/transaction';
import type { ModelVersion, ModelVersionRemoval, VersionReference } from '../domain/records.ts';

const removalColumns = `version_id as id, removed_by as "removedBy", reason, removed_at as "removedAt"`;

export function removalsByVersions(
  database: Queryable,
  versionIds: readonly string[],
): Promise<readonly ModelVersionRemoval[]> {
  return database.query<ModelVersionRemoval>(
    `select ${removalColumns} from model_version_removal where version_id = any($1)`,
    [versionIds],
  );
}

export async function removalOf(
  database: Queryable,
  versionId: string,
): Promise<ModelVersionRemoval | undefined> {
  return (await removalsByVersions(database, [versionId]))[0];
}

/**
 * Holds a version as it is until the end of the transaction: whoever begins to refer to it waits, and then sees what became
 * of it. Its model's row is what moves of aliases and registrations wait for.
 */
export async function lockVersion(tx: Queryable, { id, modelName }: ModelVersion): Promise<void> {
  await tx.query('select from model where name = $1 for update', [modelName]);
  await tx.query('select from model_version where id = $1 for update', [id]);
}

/** Until the end of the transaction nobody removes it. Its removal, where somebody has. */
export async function keepVersion(tx: Queryable, id: string): Promise<ModelVersionRemoval | undefined> {
  await tx.query('select from model_version where id = $1 for key share', [id]);
  return removalOf(tx, id);
}

/** What of this service refers to a version: aliases, runs that have not come to an end, versions made from it. */
export function referencesTo(tx: Queryable, versionId: string): Promise<readonly VersionReference[]> {
  return tx.query<VersionReference>(
    `select 'ALIAS' as kind, model_name || '/' || name as id from model_alias where version_id = $1
     union all
     select 'TRAINING_RUN', id from training_run
       where initial_version_id = $1 and status not in ('COMPLETED', 'CANCELLED', 'FAILED')
     union all
     select 'EVALUATION_RUN', id from evaluation_run where version_id = $1 and status in ('QUEUED', 'RUNNING')
     union all
     select 'CHILD_VERSION', id from model_version child
       where parent_id = $1 and not exists (select from model_version_removal where version_id = child.id)
     order by kind, id`,
    [versionId],
  );
}

/** Records the removal and announces it. The version must be locked. */
export async function recordRemoval(
  tx: Transaction,
  version: ModelVersion,
  { removedBy, reason }: Pick<ModelVersionRemoval, 'removedBy' | 'reason'>,
): Promise<void> {
  const { removedAt } = await tx.one<ModelVersionRemoval>(
    `insert into model_version_removal (version_id, removed_by, reason) values ($1, $2, $3) returning ${removalColumns}`,
    [version.id, removedBy, reason],
  );
  await tx.publish({
    topic: 'model-version.removed',
    key: version.modelName,
    payload: {
      versionId: version.id,
      tenant: version.tenant,
      modelName: version.modelName,
      removedBy,
      reason,
      at: removedAt,
    },
  });
}

/** For whoever registers files and whoever removes them: one of the two at a time. */
export async function lockArtifact(tx: Queryable, artifactUri: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [artifactUri]);
}

/** Equal files of another version are the same artifact. */
export async function isArtifactInUse(tx: Queryable, artifactUri: string): Promise<boolean> {
  const { used } = await tx.one<{ used: boolean }>(
    `select exists (select from model_version v where artifact_uri = $1
       and not exists (select from model_version_removal r where r.version_id = v.id)) as used`,
    [artifactUri],
  );
  return used;
}
