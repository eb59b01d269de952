import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { NeuralError } from './errors.ts';

/** Writes a file so that a reader sees the old content or the new, never a part: temporary name, fsync, rename. */
export async function writeFileAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeDurably(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageFull(path, error) ?? error;
  }
  await syncFolder(dirname(path));
}

/** Several pieces are written one after the other: a file may be larger than an array can be. */
export type FileContent = Uint8Array | string | readonly Uint8Array[];

/**
 * Writes several files, also below subfolders, as one folder that appears complete or not at all. A folder of that name is replaced; between
 * the two renames a crash leaves it under `<name>.replaced`, which the next write removes.
 */
export async function writeFolderAtomically(
  dir: string,
  files: ReadonlyMap<string, FileContent>,
): Promise<void> {
  const parent = dirname(dir);
  const temporary = join(parent, `.${basename(dir)}.${process.pid}.tmp`);
  const replaced = join(parent, `.${basename(dir)}.replaced`);
  await mkdir(parent, { recursive: true });
  await rm(temporary, { recursive: true, force: true });
  try {
    await mkdir(temporary);
    for (const [name, content] of files) {
      await mkdir(dirname(join(temporary, name)), { recursive: true });
      await writeDurably(join(temporary, name), content);
    }
    for (const folder of new Set([...files.keys()].map(dirname))) await syncFolder(join(temporary, folder));
    await syncFolder(temporary);
    await rm(replaced, { recursive: true, force: true });
    await rename(dir, replaced).catch(ignoreMissing);
    await rename(temporary, dir);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw storageFull(dir, error) ?? error;
  }
  await syncFolder(parent);
  await rm(replaced, { recursive: true, force: true });
}

/** What to throw where a write to the path failed for want of space; undefined for any other failure. */
export function storageFull(path: string, cause: unknown): NeuralError | undefined {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return undefined;
  const message = `${path}: its disk is full; nothing of it was kept, what was there before stays`;
  return new NeuralError('STORAGE_FULL', message, { cause, details: { path } });
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Undefined when there is no such file; every other failure is thrown. */
export async function readFileIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}

/** Bytes of a typed array, without copying. */
export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

async function writeDurably(path: string, content: FileContent): Promise<void> {
  const file = await open(path, 'w');
  try {
    const pieces = Array.isArray(content)
      ? (content as readonly Uint8Array[])
      : [content as Uint8Array | string];
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
