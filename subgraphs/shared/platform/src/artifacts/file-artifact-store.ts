/**
 * Artifacts as folders on a disk that all services share:
 *
 *     <directory>/sha256-<hex of the manifest>/manifest.json
 *                                             /files/...        read-only
 *     <directory>/.staging/<uuid>/              being written
 *
 * An artifact is written aside, made durable (every file and folder is synced), then renamed: its URI exists complete or
 * not at all. A process killed half-way leaves a staging folder, which is removed a day later.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../errors.ts';
import { raiseArtifact } from './artifact-errors.ts';
import type { Artifact, ArtifactStore } from './artifact-store.ts';
import { listFiles } from './list-files.ts';
import {
  corrupt,
  decodeManifest,
  encodeManifest,
  hashOf,
  type ManifestFile,
  sha256,
  uriOf,
} from './manifest.ts';

export interface FileArtifactStoreOptions {
  /** Made if missing. */
  readonly directory: string;
}

const abandonedAfterMs = 24 * 3_600_000;
const chunkBytes = 1 << 20;

export function createFileArtifactStore({ directory }: FileArtifactStoreOptions): ArtifactStore {
  const staging = join(directory, '.staging');
  const folderOf = (hash: string) => join(directory, `sha256-${hash}`);

  const put = async (localPath: string): Promise<Artifact> => {
    await mkdir(staging, { recursive: true });
    await removeAbandoned(staging);
    const draft = join(staging, randomUUID());
    try {
      const files = await copyTree(localPath, join(draft, 'files'));
      const manifest = encodeManifest(files);
      await writeDurably(join(draft, 'manifest.json'), manifest);
      await syncFolder(draft);
      const hash = sha256(manifest);
      await installDraft(draft, hash);
      return { uri: uriOf(hash), sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) };
    } catch (error) {
      throw storageError(error, directory);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  };

  /** Equal content is stored once; a damaged copy of it is replaced by this good one. */
  const installDraft = async (draft: string, hash: string) => {
    const target = folderOf(hash);
    for (;;) {
      try {
        await rename(draft, target);
        await syncFolder(directory);
        return;
      } catch (error) {
        if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
      const damage = await verify(hash).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (damage === undefined) return;
      if (!(damage instanceof AppError)) throw damage;
      await rename(target, join(staging, `damaged-${randomUUID()}`));
    }
  };

  const verify = async (hash: string): Promise<string> => {
    const folder = folderOf(hash);
    const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(async (cause: unknown) => {
      if (!isMissing(cause)) throw cause;
      if (await exists(folder))
        throw raiseArtifact('ARTIFACT_CORRUPT', {
          ...corrupt(hash, 'manifest.json', 'it is missing'),
          cause,
        });
      throw raiseArtifact('NOT_FOUND', { because: uriOf(hash), details: { uri: uriOf(hash) }, cause });
    });
    const { files } = decodeManifest(text, hash);
    for (const file of files) await verifyFile(join(folder, 'files', file.path), file, hash);
    const known = new Set(files.map(({ path }) => path));
    const stranger = (await listFiles(join(folder, 'files'))).find((path) => !known.has(path));
    if (stranger)
      throw raiseArtifact('ARTIFACT_CORRUPT', corrupt(hash, stranger, 'it does not belong to the artifact'));
    return join(folder, 'files');
  };

  return {
    implementation: 'files',
    put,
    fetch: async (uri) => verify(hashOf(uri)),
    remove: async (uri) => {
      const doomed = join(staging, `removed-${randomUUID()}`);
      await mkdir(staging, { recursive: true });
      try {
        // Out of sight in one step, so that nobody fetches a half.
        await rename(folderOf(hashOf(uri)), doomed);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
      await rm(doomed, { recursive: true, force: true });
    },
    ping: async () => {
      await mkdir(directory, { recursive: true });
      await access(directory, constants.W_OK);
      const { bavail, bsize } = await statfs(directory);
      if (bavail * bsize === 0) throw raiseArtifact('STORAGE_FULL', { because: directory });
    },
  };
}

/** Copies a folder, or a file as a folder of one, hashing what is written. Links are followed: the content counts. */
async function copyTree(source: string, target: string): Promise<readonly ManifestFile[]> {
  const isFile = (await stat(source)).isFile();
  const paths = isFile ? [basename(source)] : await listFiles(source);
  if (paths.length === 0) throw raiseArtifact('BAD_USER_INPUT', { because: `${source} has no files` });
  await mkdir(target, { recursive: true });
  const files: ManifestFile[] = [];
  for (const path of paths) {
    const to = join(target, path);
    await mkdir(dirname(to), { recursive: true });
    files.push({ path, ...(await copyFile(isFile ? source : join(source, path), to)) });
  }
  for (const folder of new Set(paths.flatMap(foldersAbove))) await syncFolder(join(target, folder));
  return files;
}

async function copyFile(from: string, to: string): Promise<Pick<ManifestFile, 'sizeBytes' | 'sha256'>> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const output = await open(to, 'wx', 0o444);
  try {
    for await (const chunk of createReadStream(from, {
      highWaterMark: chunkBytes,
    }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      await writeAll(output, chunk);
    }
    await output.sync();
  } finally {
    await output.close();
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

async function writeAll(output: FileHandle, chunk: Buffer): Promise<void> {
  // A write into the last free bytes is short before the next one fails.
  for (let at = 0; at < chunk.length; ) at += (await output.write(chunk, at)).bytesWritten;
}

async function writeDurably(file: string, text: string): Promise<void> {
  const output = await open(file, 'wx', 0o444);
  try {
    await writeAll(output, Buffer.from(text));
    await output.sync();
  } finally {
    await output.close();
  }
}

async function verifyFile(path: string, expected: ManifestFile, hash: string): Promise<void> {
  const status = await stat(path).catch((error: unknown) => {
    if (isMissing(error))
      throw raiseArtifact('ARTIFACT_CORRUPT', {
        ...corrupt(hash, expected.path, 'it is missing'),
        cause: error,
      });
    throw error;
  });
  if (status.size !== expected.sizeBytes) {
    throw raiseArtifact(
      'ARTIFACT_CORRUPT',
      corrupt(hash, expected.path, `it has ${status.size} bytes instead of ${expected.sizeBytes}`),
    );
  }
  const actual = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>)
    actual.update(chunk);
  if (actual.digest('hex') !== expected.sha256) {
    throw raiseArtifact('ARTIFACT_CORRUPT', corrupt(hash, expected.path, 'its hash differs'));
  }
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return ['.', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

/** Makes names in a folder durable. Windows cannot open folders and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeAbandoned(staging: string): Promise<void> {
  for (const name of await readdir(staging)) {
    const path = join(staging, name);
    const status = await stat(path).catch(() => undefined);
    if (status && Date.now() - status.mtimeMs > abandonedAfterMs)
      await rm(path, { recursive: true, force: true });
  }
}

function storageError(error: unknown, directory: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? raiseArtifact('STORAGE_FULL', { because: directory, cause: error })
    : error;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
