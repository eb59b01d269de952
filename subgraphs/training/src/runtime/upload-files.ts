/**
 * The bytes of uploads, in the data folder:
 *
 *     <directory>/<upload>/files/<path>     as announced, so that the folder can become an artifact as it is
 *                         /work/...         of whoever makes something of it
 *
 * A chunk is written at its place and synced before it is acknowledged in the database, and only what is acknowledged
 * counts: a process killed half-way leaves bytes that the next chunk overwrites. Two writers at one place do no harm,
 * since only one of them is acknowledged and the whole is held against its announced hash at the end.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, raisePlatform } from '@fathom/platform/errors';
import type { UploadFile } from '../domain/upload.ts';

export interface ChunkOptions {
  readonly file: Pick<UploadFile, 'uploadId' | 'path'>;
  readonly offset: number;
  /** At most so many bytes are written; more is what the second half of the result tells. */
  readonly maxBytes: number;
  readonly bytes: AsyncIterable<Buffer>;
}

export interface WrittenChunk {
  /** Durable. */
  readonly bytes: number;
  /** `cut`: the source broke off. `excess`: it had more than was allowed, which was not written. */
  readonly end: 'whole' | 'cut' | 'excess';
}

export type UploadFiles = ReturnType<typeof createUploadFiles>;

export function createUploadFiles(directory: string) {
  const folderOf = (uploadId: string) => join(directory, uploadId);
  const pathOf = ({ uploadId, path }: Pick<UploadFile, 'uploadId' | 'path'>) =>
    join(folderOf(uploadId), 'files', path);

  return {
    /** Holds the files as announced. */
    filesFolder: (uploadId: string) => join(folderOf(uploadId), 'files'),
    /** For what is made of them, on the same disk; goes with the upload. */
    workFolder: (uploadId: string) => join(folderOf(uploadId), 'work'),
    pathOf,

    async freeBytes(): Promise<number> {
      await mkdir(directory, { recursive: true });
      const { bavail, bsize } = await statfs(directory);
      return bavail * bsize;
    },

    /** Throws STORAGE_FULL; nothing of the chunk counts then. */
    async writeChunk({ file, offset, maxBytes, bytes }: ChunkOptions): Promise<WrittenChunk> {
      const path = pathOf(file);
      try {
        await mkdir(dirname(path), { recursive: true });
        const handle = await openForWriting(path);
        try {
          const written = await pour(bytes, { handle, offset, maxBytes });
          await handle.datasync();
          return written;
        } finally {
          await handle.close();
        }
      } catch (error) {
        throw asStorageError(error, directory);
      }
    },

    async sha256Of(file: Pick<UploadFile, 'uploadId' | 'path' | 'sizeBytes'>): Promise<string> {
      const hash = createHash('sha256');
      const stream = createReadStream(pathOf(file), { highWaterMark: 1 << 20, end: file.sizeBytes - 1 });
      for await (const chunk of stream as AsyncIterable<Buffer>) hash.update(chunk);
      return hash.digest('hex');
    },

    async remove(uploadId: string): Promise<void> {
      await rm(folderOf(uploadId), { recursive: true, force: true });
    },

    async list(): Promise<readonly string[]> {
      await mkdir(directory, { recursive: true });
      return readdir(directory);
    },
  };
}

async function pour(
  bytes: AsyncIterable<Buffer>,
  { handle, offset, maxBytes }: { handle: FileHandle; offset: number; maxBytes: number },
): Promise<WrittenChunk> {
  let written = 0;
  const source = bytes[Symbol.asyncIterator]();
  for (;;) {
    // Only the source's failure is a cut; a refusal of what came, and a failure to write, are thrown.
    const step = await source.next().catch((error: unknown) => {
      if (error instanceof AppError) throw error;
      return 'cut' as const;
    });
    if (step === 'cut') return { bytes: written, end: 'cut' };
    if (step.done) return { bytes: written, end: 'whole' };
    const chunk = step.value;
    if (written + chunk.length > maxBytes) return { bytes: written, end: 'excess' };
    // A write into the last free bytes is short before the next one fails.
    for (let at = 0; at < chunk.length; )
      at += (await handle.write(chunk, at, chunk.length - at, offset + written + at)).bytesWritten;
    written += chunk.length;
  }
}

/** Neither truncates what is there nor needs it to be there. */
async function openForWriting(path: string): Promise<FileHandle> {
  return open(path, 'r+').catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'a').then(async (created) => {
      await created.close();
      return open(path, 'r+');
    });
  });
}

export function asStorageError(error: unknown, directory: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? raisePlatform('STORAGE_FULL', { because: directory, cause: error })
    : error;
}
