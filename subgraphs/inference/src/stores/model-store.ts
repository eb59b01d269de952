/** The tables of what inference knows about models: versions, aliases, deployments. */
import type { TextReaderFacts } from '@fathom/neural/serving/text-reader';
import type { Database } from '@fathom/platform/database/database';
import type { Queryable } from '@fathom/platform/database/queryable';
import type { DeploymentStatus, ModelPurpose } from '../__generated__/schema.ts';
import { endSharesOf } from './alias-shares.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Whose model versions everybody may use. */
export const platformTenant = 'platform';

export interface ModelVersionRow {
  readonly versionId: string;
  /** Who may use it; `platform` means everybody. */
  readonly tenant: string;
  readonly modelName: string;
  readonly number: number;
  readonly kind: 'FULL' | 'ADAPTER';
  /** The full version that an adapter changes. */
  readonly parentVersionId: string | null;
  readonly artifactUri: string;
  readonly sizeBytes: number;
}

export interface AliasRow {
  readonly modelName: string;
  readonly alias: string;
  /** Where the alias points. */
  readonly versionId: string;
  /** What answers: the last version it pointed to that could be loaded. */
  readonly servingVersionId: string | null;
  readonly movedAt: Date;
}

export interface DeploymentRow {
  readonly id: string;
  readonly versionId: string;
  readonly status: DeploymentStatus;
  readonly detail: string | null;
  readonly precision: string;
  readonly contextLength: number;
  readonly memoryBytes: number;
  /** Null until it was loaded for the first time. */
  readonly purpose: ModelPurpose | null;
  /** What it makes of texts that it reads whole; null where it generates. */
  readonly reads: TextReaderFacts | null;
  readonly since: Date;
  /** Aliases that it answers for. */
  readonly aliases: readonly string[];
}

export type DeploymentChange = Pick<DeploymentRow, 'versionId' | 'status'> &
  Partial<
    Pick<DeploymentRow, 'detail' | 'precision' | 'contextLength' | 'memoryBytes' | 'purpose' | 'reads'>
  >;

export interface ModelStore {
  versions(): Promise<readonly ModelVersionRow[]>;
  aliases(): Promise<readonly AliasRow[]>;
  /** From now on the alias answers with this version. */
  serve(alias: Pick<AliasRow, 'modelName' | 'alias'>, versionId: string): Promise<void>;
  /** After a start: nothing is loaded yet, and every version has a deployment. What failed stays marked so. */
  resetDeployments(): Promise<void>;
  /** Gives versions that were registered meanwhile their deployment. */
  addMissingDeployments(versionIds: readonly string[]): Promise<void>;
  /** Creates or changes a deployment; what is not named stays. `since` moves when the status changes. */
  setDeployment(change: DeploymentChange): Promise<void>;
  /** Those that a tenant may see, the latest change first. */
  deployments(tenant: string): Promise<readonly DeploymentRow[]>;
  deploymentsByIds(tenant: string, ids: readonly string[]): Promise<readonly DeploymentRow[]>;
  deploymentsByVersions(tenant: string, versionIds: readonly string[]): Promise<readonly DeploymentRow[]>;
}

/** Notified when versions or aliases changed. */
export const modelsChannel = 'inference_models';

export const deploymentIdOf = (versionId: string): string => `deployment-${versionId}`;

const versionColumns = `version_id as "versionId", tenant, model_name as "modelName", number, kind,
  parent_version_id as "parentVersionId", artifact_uri as "artifactUri", size_bytes as "sizeBytes"`;

const deploymentSql = `
  select id, version_id as "versionId", status, detail, precision, context_length as "contextLength",
    memory_bytes as "memoryBytes", purpose, reads, since,
    array(select alias from model_aliases a where a.serving_version_id = d.version_id order by alias) as aliases
  from deployments d
  where exists (select from model_versions v where v.version_id = d.version_id and v.tenant in ($1, '${platformTenant}'))`;

export function createModelStore(database: Database): ModelStore {
  return {
    versions: () =>
      database.query(`select ${versionColumns} from model_versions order by model_name, number`),
    aliases: () =>
      database.query(
        `select model_name as "modelName", alias, version_id as "versionId", serving_version_id as "servingVersionId",
           moved_at as "movedAt" from model_aliases order by model_name, alias`,
      ),
    async serve({ modelName, alias }, versionId) {
      await database.query(
        'update model_aliases set serving_version_id = $3 where model_name = $1 and alias = $2',
        [modelName, alias, versionId],
      );
    },
    async resetDeployments() {
      await database.query(
        `update deployments set status = 'UNLOADED', memory_bytes = 0, since = now()
         where status in ('LOADING', 'READY', 'DRAINING')`,
      );
    },
    async addMissingDeployments(versionIds) {
      await database.query(
        `insert into deployments (id, version_id, status, since)
         select 'deployment-' || version_id, version_id, 'UNLOADED', now() from model_versions
          where version_id = any($1) on conflict do nothing`,
        [versionIds],
      );
    },
    async setDeployment(change) {
      const {
        versionId,
        status,
        detail = null,
        precision,
        contextLength,
        memoryBytes,
        purpose,
        reads,
      } = change;
      await database.query(
        `insert into deployments as d (id, version_id, status, detail, precision, context_length, memory_bytes, purpose, reads, since)
         values ($1, $2, $3, $4, coalesce($5, ''), coalesce($6, 0), coalesce($7, 0), $8, $9, now())
         on conflict (id) do update set status = excluded.status, detail = excluded.detail,
           precision = coalesce($5, d.precision), context_length = coalesce($6, d.context_length),
           memory_bytes = coalesce($7, d.memory_bytes), purpose = coalesce($8, d.purpose), reads = coalesce($9, d.reads),
           since = case when d.status = excluded.status then d.since else now() end`,
        [
          deploymentIdOf(versionId),
          versionId,
          status,
          detail,
          precision,
          contextLength,
          memoryBytes,
          purpose,
          reads && JSON.stringify(reads),
        ],
      );
    },
    deployments: (tenant) => database.query(`${deploymentSql} order by since desc, id`, [tenant]),
    deploymentsByIds: (tenant, ids) => database.query(`${deploymentSql} and id = any($2)`, [tenant, ids]),
    deploymentsByVersions: (tenant, versionIds) =>
      database.query(`${deploymentSql} and version_id = any($2)`, [tenant, versionIds]),
  };
}

/**
 * Records a version, in the transaction of the event that announced it, unless it was removed meanwhile: the two events
 * come on different topics. Versions never change.
 */
export async function recordVersion(tx: Queryable, version: ModelVersionRow): Promise<void> {
  await oneAtATime(tx, version.versionId);
  await tx.query(
    `insert into model_versions (version_id, model_name, number, kind, parent_version_id, artifact_uri, size_bytes, tenant)
     select $1, $2, $3, $4, $5, $6, $7, $8
     where not exists (select from removed_versions where version_id = $1)
     on conflict do nothing`,
    [
      version.versionId,
      version.modelName,
      version.number,
      version.kind,
      version.parentVersionId,
      version.artifactUri,
      version.sizeBytes,
      version.tenant,
    ],
  );
  await tx.query('select pg_notify($1, $2)', [modelsChannel, version.versionId]);
}

/** A version whose files are gone is no longer offered. Nothing refers to it, else it would not have been removed. */
export async function forgetVersion(tx: Queryable, versionId: string): Promise<void> {
  await oneAtATime(tx, versionId);
  await tx.query('insert into removed_versions (version_id) values ($1) on conflict do nothing', [versionId]);
  await tx.query('delete from deployments where version_id = $1', [versionId]);
  await tx.query('delete from model_versions where version_id = $1', [versionId]);
  await tx.query('select pg_notify($1, $2)', [modelsChannel, versionId]);
}

/** Records where an alias points, unless a later move is recorded already. A share of the version that it moves to ends. */
export async function recordAliasMove(
  tx: Queryable,
  move: Omit<AliasRow, 'servingVersionId'>,
): Promise<void> {
  await tx.query(
    `insert into model_aliases as a (model_name, alias, version_id, moved_at) values ($1, $2, $3, $4)
     on conflict (model_name, alias) do update set version_id = excluded.version_id, moved_at = excluded.moved_at
     where a.moved_at <= excluded.moved_at`,
    [move.modelName, move.alias, move.versionId, move.movedAt],
  );
  await endSharesOf(tx, move);
  await tx.query('select pg_notify($1, $2)', [modelsChannel, move.versionId]);
}
