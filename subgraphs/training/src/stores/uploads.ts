import type { Database } from '@fathom/platform/database/database';
import type { Queryable } from '@fathom/platform/database/queryable';
import type { AnnouncedFile, Upload, UploadFile } from '../domain/upload.ts';

interface NewUpload {
  readonly id: string;
  readonly tenant: string;
  readonly contentSha256: string;
  readonly createdBy: string;
  readonly lifetimeMs: number;
  readonly files: readonly AnnouncedFile[];
}

/** The id of the upload of these files that is under way: this one, or one that was begun before, with what it has. */
export function insertUpload(database: Database, upload: NewUpload): Promise<string> {
  return database.transaction(async (tx) => {
    const { id } = await tx.one<{ id: string }>(
      `insert into upload (id, tenant, content_sha256, created_by, expires_at)
       values ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 millisecond')
       on conflict (tenant, content_sha256) where taken_as is null do update set expires_at = excluded.expires_at
       returning id`,
      [upload.id, upload.tenant, upload.contentSha256, upload.createdBy, upload.lifetimeMs],
    );
    if (id !== upload.id) return id;
    const { files } = upload;
    await tx.query(
      `insert into upload_file (upload_id, position, path, size_bytes, sha256)
       select $1, position - 1, path, size_bytes, sha256
         from unnest($2::text[], $3::float8[], $4::text[]) with ordinality as file (path, size_bytes, sha256, position)`,
      [
        id,
        files.map(({ path }) => path),
        files.map(({ sizeBytes }) => sizeBytes),
        files.map(({ sha256 }) => sha256),
      ],
    );
    return id;
  });
}

/** Undefined if the tenant has none by that id, or its time is over. */
export async function uploadById(
  database: Queryable,
  tenant: string,
  id: string,
): Promise<Upload | undefined> {
  const upload = await database.maybeOne<Omit<Upload, 'files'>>(
    `select id, tenant, expires_at as "expiresAt", taken_as as "takenAs" from upload
      where tenant = $1 and id = $2 and expires_at > clock_timestamp()`,
    [tenant, id],
  );
  if (!upload) return undefined;
  const files = await database.query<UploadFile>(
    `select upload_id as "uploadId", position, path, size_bytes as "sizeBytes", sha256,
       received_bytes as "receivedBytes" from upload_file where upload_id = $1 order by position`,
    [id],
  );
  return { ...upload, files };
}

/** The id of the tenant's upload of the very same files, if one is under way. */
export async function uploadUnderWay(
  database: Queryable,
  tenant: string,
  contentSha256: string,
): Promise<string | undefined> {
  const upload = await database.maybeOne<{ id: string }>(
    'select id from upload where tenant = $1 and content_sha256 = $2 and taken_as is null',
    [tenant, contentSha256],
  );
  return upload?.id;
}

export async function countUploads(database: Queryable, tenant: string): Promise<number> {
  const { count } = await database.one<{ count: number }>(
    'select count(*)::integer as count from upload where tenant = $1 and taken_as is null and expires_at > clock_timestamp()',
    [tenant],
  );
  return count;
}

interface Acknowledgement {
  readonly uploadId: string;
  readonly position: number;
  readonly from: number;
  readonly to: number;
  readonly lifetimeMs: number;
}

/** False if another chunk was acknowledged at this offset first, or the upload is gone. */
export async function acknowledge(
  database: Queryable,
  { uploadId, position, from, to, lifetimeMs }: Acknowledgement,
): Promise<boolean> {
  const moved = await database.query(
    `with moved as (
       update upload_file set received_bytes = $4 where upload_id = $1 and position = $2 and received_bytes = $3 returning upload_id
     )
     update upload set expires_at = clock_timestamp() + $5 * interval '1 millisecond'
      where id in (select upload_id from moved) returning id`,
    [uploadId, position, from, to, lifetimeMs],
  );
  return moved.length > 0;
}

/** Somebody makes something of it: it must not expire meanwhile. */
export async function extendUpload(database: Queryable, id: string, lifetimeMs: number): Promise<void> {
  await database.query(
    `update upload set expires_at = clock_timestamp() + $2 * interval '1 millisecond' where id = $1`,
    [id, lifetimeMs],
  );
}

/** What arrived is not what was announced: it begins anew. */
export async function resetFile(
  database: Queryable,
  { uploadId, position }: { readonly uploadId: string; readonly position: number },
): Promise<void> {
  await database.query('update upload_file set received_bytes = 0 where upload_id = $1 and position = $2', [
    uploadId,
    position,
  ]);
}

/** What was made of it, and nobody else makes anything of it before the transaction ends. */
export async function lockTaken(tx: Queryable, uploadId: string): Promise<string | null> {
  const row = await tx.maybeOne<{ takenAs: string | null }>(
    'select taken_as as "takenAs" from upload where id = $1 for update',
    [uploadId],
  );
  return row?.takenAs ?? null;
}

/** In the transaction that makes something of it. */
export async function markTaken(tx: Queryable, uploadId: string, takenAs: string): Promise<void> {
  await tx.query('update upload set taken_as = $2 where id = $1', [uploadId, takenAs]);
}

export async function deleteUpload(database: Queryable, tenant: string, id: string): Promise<boolean> {
  const deleted = await database.query('delete from upload where tenant = $1 and id = $2 returning id', [
    tenant,
    id,
  ]);
  return deleted.length > 0;
}

export async function deleteExpiredUploads(database: Queryable): Promise<readonly string[]> {
  const rows = await database.query<{ id: string }>(
    'delete from upload where expires_at <= clock_timestamp() returning id',
  );
  return rows.map(({ id }) => id);
}

export async function existingUploads(
  database: Queryable,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await database.query<{ id: string }>('select id from upload where id = any($1)', [ids]);
  return new Set(rows.map(({ id }) => id));
}
