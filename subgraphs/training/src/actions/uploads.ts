/** What can be asked of uploads. Everybody who may write to this service sees those of their own tenant. */
import { randomUUID } from 'node:crypto';
import type { Database } from '@fathom/platform/database/database';
import type { Transaction } from '@fathom/platform/database/transaction';
import { raisePlatform } from '@fathom/platform/errors';
import type { Identity } from '@fathom/platform/identity';
import {
  type InvalidInput,
  invalid,
  type NotFound,
  notFound,
  type WrongState,
  wrongState,
} from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import {
  type AnnouncedFile,
  announcementProblem,
  announcementSha256,
  incompleteFile,
  type Upload,
  type UploadFile,
} from '../domain/upload.ts';
import { raise } from '../errors.ts';
import type { SharedWork } from '../runtime/shared-work.ts';
import type { UploadFiles } from '../runtime/upload-files.ts';
import {
  acknowledge,
  countUploads,
  deleteUpload,
  extendUpload,
  insertUpload,
  markTaken,
  resetFile,
  uploadById,
  uploadUnderWay,
} from '../stores/uploads.ts';

export interface Uploads {
  readonly database: Database;
  readonly files: UploadFiles;
  /** Of an upload to which nothing arrives. */
  readonly lifetimeMs: number;
  /** Whoever makes something of an upload does it here, by the upload's id and whatever else decides. */
  readonly once: SharedWork;
}

const scope = 'training:write';
const maxUnderWay = 100;

/** Announces files; an upload of the same files that is under way is gone on with. Needs `training:write`. */
export async function beginUpload(
  { database, files, lifetimeMs }: Uploads,
  identity: Identity,
  announced: readonly AnnouncedFile[],
): Promise<Upload | InvalidInput> {
  requireScope(identity, scope);
  const problem = announcementProblem(announced);
  if (problem) return invalid(problem);
  const contentSha256 = announcementSha256(announced);
  const isUnderWay = (await uploadUnderWay(database, identity.tenant, contentSha256)) !== undefined;
  if (!isUnderWay && (await countUploads(database, identity.tenant)) >= maxUnderWay) {
    throw raise('TOO_MANY_UPLOADS', { because: `${maxUnderWay} are under way` });
  }
  const newId = `upload_${randomUUID()}`;
  const id = await insertUpload(database, {
    id: newId,
    tenant: identity.tenant,
    contentSha256,
    createdBy: identity.subject,
    lifetimeMs,
    files: announced,
  });
  const upload = await uploadById(database, identity.tenant, id);
  if (!upload) throw raisePlatform('CONFLICT', { because: `the upload ${id} was abandoned meanwhile` });
  const needed = upload.files.reduce((sum, file) => sum + file.sizeBytes - file.receivedBytes, 0);
  const free = await files.freeBytes();
  if (needed > free) {
    // What was under way before keeps the bytes that it has.
    if (id === newId) {
      await deleteUpload(database, identity.tenant, id);
      await files.remove(id);
    }
    throw raisePlatform('STORAGE_FULL', {
      because: `${needed} bytes were announced, ${free} are free`,
      details: { neededBytes: needed, freeBytes: free },
    });
  }
  return upload;
}

export async function findUpload(
  { database }: Uploads,
  identity: Identity,
  id: string,
): Promise<Upload | null> {
  requireScope(identity, scope);
  return (await uploadById(database, identity.tenant, id)) ?? null;
}

export interface UploadAbandoned {
  readonly __typename: 'UploadAbandoned';
  readonly id: string;
}

/** Forgets an upload with its bytes. Needs `training:write`. */
export async function abandonUpload(
  { database, files }: Uploads,
  identity: Identity,
  id: string,
): Promise<NotFound | UploadAbandoned> {
  requireScope(identity, scope);
  if (!(await deleteUpload(database, identity.tenant, id))) return notFound('upload', id);
  await files.remove(id);
  return { __typename: 'UploadAbandoned', id };
}

export interface ChunkPlace {
  readonly uploadId: string;
  readonly position: number;
}

/** Needs `training:write`; throws UPLOAD_NOT_FOUND. */
export async function fileOfUpload(
  { database }: Uploads,
  identity: Identity,
  { uploadId, position }: ChunkPlace,
): Promise<UploadFile> {
  requireScope(identity, scope);
  const upload = await uploadById(database, identity.tenant, uploadId);
  const file = upload?.takenAs === null ? upload.files[position] : undefined;
  if (!file) throw raise('UPLOAD_NOT_FOUND', { because: `file ${position} of ${uploadId}` });
  return file;
}

export interface Chunk {
  readonly offset: number;
  readonly maxBytes: number;
  readonly bytes: AsyncIterable<Buffer>;
}

export interface Received {
  /** What is durable and acknowledged, from the first byte on. */
  readonly offset: number;
  readonly isCut: boolean;
}

/** Makes a chunk durable and acknowledges it; what a cut connection brought is kept. */
export async function receiveChunk(
  { database, files, lifetimeMs }: Uploads,
  file: UploadFile,
  { offset, maxBytes, bytes }: Chunk,
): Promise<Received> {
  if (offset !== file.receivedBytes) throw offsetMismatch(file.receivedBytes);
  const rest = file.sizeBytes - offset;
  const written = await files.writeChunk({ file, offset, maxBytes: Math.min(rest, maxBytes), bytes });
  if (written.end === 'excess') {
    throw maxBytes < rest
      ? raisePlatform('PAYLOAD_TOO_LARGE', { because: `a chunk has at most ${maxBytes} bytes` })
      : raisePlatform('BAD_USER_INPUT', {
          because: `${file.path} was announced with ${file.sizeBytes} bytes, and more came`,
        });
  }
  const to = offset + written.bytes;
  const { uploadId, position } = file;
  if (!(await acknowledge(database, { uploadId, position, from: offset, to, lifetimeMs }))) {
    const now = await currentOffset(database, file);
    throw now === undefined ? raise('UPLOAD_NOT_FOUND', { because: uploadId }) : offsetMismatch(now);
  }
  return { offset: to, isCut: written.end === 'cut' };
}

async function currentOffset(database: Database, { uploadId, position }: ChunkPlace) {
  const row = await database.maybeOne<{ receivedBytes: number }>(
    'select received_bytes as "receivedBytes" from upload_file where upload_id = $1 and position = $2',
    [uploadId, position],
  );
  return row?.receivedBytes;
}

const offsetMismatch = (offset: number) =>
  raise('UPLOAD_OFFSET_MISMATCH', { because: `go on at ${offset}`, details: { offset } });

/** All files are there, byte for byte as announced. */
export interface CompleteUpload {
  readonly id: string;
  readonly files: readonly (UploadFile & { readonly localPath: string })[];
  /** Holds the files under their paths, and nothing else: what an artifact store takes. */
  readonly folder: string;
  /** For what is made of them, on the same disk. Removed with the upload. */
  readonly workFolder: string;
}

export type TakenUpload =
  | { readonly kind: 'complete'; readonly upload: CompleteUpload }
  /** Something was made of it before; whoever asks again is told the same. */
  | { readonly kind: 'taken'; readonly takenAs: string }
  | { readonly kind: 'refused'; readonly refusal: NotFound | WrongState };

/**
 * An upload for whoever makes something of it: its files verified against the announced hashes. Follow it with
 * {@link finishUpload} in the transaction that records what was made. Needs `training:write`.
 */
export async function takeUpload(
  { database, files, lifetimeMs }: Uploads,
  identity: Identity,
  id: string,
): Promise<TakenUpload> {
  requireScope(identity, scope);
  const upload = await uploadById(database, identity.tenant, id);
  if (!upload) return { kind: 'refused', refusal: notFound('upload', id) };
  if (upload.takenAs !== null) return { kind: 'taken', takenAs: upload.takenAs };
  const missing = incompleteFile(upload);
  if (missing) {
    return incomplete(
      `${missing.path} has ${missing.receivedBytes} of ${missing.sizeBytes} bytes: send the rest.`,
    );
  }
  await extendUpload(database, id, lifetimeMs);
  for (const file of upload.files) {
    if ((await files.sha256Of(file)) === file.sha256) continue;
    await resetFile(database, file);
    return incomplete(
      `${file.path} arrived with another SHA-256 than was announced: send it again from the beginning.`,
    );
  }
  return {
    kind: 'complete',
    upload: {
      id,
      files: upload.files.map((file) => ({ ...file, localPath: files.pathOf(file) })),
      folder: files.filesFolder(id),
      workFolder: files.workFolder(id),
    },
  };
}

const incomplete = (message: string): TakenUpload => ({
  kind: 'refused',
  refusal: wrongState('INCOMPLETE', message),
});

/** Records what became of it; remove its bytes when the transaction has committed. */
export const finishUpload = (tx: Transaction, id: string, takenAs: string): Promise<void> =>
  markTaken(tx, id, takenAs);
