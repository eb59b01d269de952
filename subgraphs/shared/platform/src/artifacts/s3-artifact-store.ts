/**
 * Artifacts as objects of an S3 bucket (AWS, MinIO, Ceph and the like), shared by services on any machine:
 *
 *     artifacts/sha256-<hex of the manifest>/files/...
 *                                           /manifest.json      written last: without it there is no artifact
 *
 * What is fetched is kept in a file store on this machine, verified by the manifest's hashes on its way in and again
 * each time it is asked for, so a damaged copy is fetched anew and a damaged object is refused by name.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../errors.ts';
import { raiseArtifact } from './artifact-errors.ts';
import type { Artifact, ArtifactStore } from './artifact-store.ts';
import { createFileArtifactStore } from './file-artifact-store.ts';
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
import { createS3Client, type S3Client, type S3Options } from './s3/s3-client.ts';
import { uploadFile } from './s3/upload-file.ts';

export interface S3ArtifactStoreOptions extends S3Options {
  /** A local folder for what was fetched. Made if missing; may be emptied at any time. */
  readonly cacheDirectory: string;
}

const downloadAttempts = 3;

export function createS3ArtifactStore(options: S3ArtifactStoreOptions): ArtifactStore {
  const client = createS3Client(options);
  const cache = createFileArtifactStore({ directory: options.cacheDirectory });

  return {
    implementation: 'S3',
    async put(localPath): Promise<Artifact> {
      const { files, folder } = await hashedFiles(localPath);
      const manifest = encodeManifest(files);
      const hash = sha256(manifest);
      if (!(await isComplete(client, hash, files))) {
        for (const { path } of files) await uploadFile(client, fileKey(hash, path), join(folder, path));
        const body = new TextEncoder().encode(manifest);
        await client.text({ method: 'PUT', key: manifestKey(hash), body });
      }
      return { uri: uriOf(hash), sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0) };
    },
    async fetch(uri) {
      hashOf(uri);
      const cached = await cache.fetch(uri).catch((error: unknown) => {
        if (error instanceof AppError && ['NOT_FOUND', 'ARTIFACT_CORRUPT'].includes(error.code))
          return undefined;
        throw error;
      });
      if (cached !== undefined) return cached;
      const draft = join(options.cacheDirectory, '.staging', `download-${randomUUID()}`);
      try {
        await download(client, hashOf(uri), draft);
        await cache.put(draft);
        return await cache.fetch(uri);
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
    },
    async remove(uri) {
      const hash = hashOf(uri);
      await cache.remove(uri);
      const text = await client.text({ method: 'GET', key: manifestKey(hash) }).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      });
      if (text === undefined) return;
      // First what makes it an artifact, so that nobody fetches a half.
      await client.text({ method: 'DELETE', key: manifestKey(hash) });
      for (const { path } of decodeManifest(text, hash).files) {
        await client.text({ method: 'DELETE', key: fileKey(hash, path) });
      }
    },
    async ping() {
      const response = await client.send({ method: 'HEAD', key: '' });
      await response.body?.cancel();
    },
  };
}

const folderKey = (hash: string) => `artifacts/sha256-${hash}`;
const manifestKey = (hash: string) => `${folderKey(hash)}/manifest.json`;
const fileKey = (hash: string, path: string) => `${folderKey(hash)}/files/${path}`;

async function hashedFiles(
  source: string,
): Promise<{ readonly files: readonly ManifestFile[]; readonly folder: string }> {
  const isFile = (await stat(source)).isFile();
  const folder = isFile ? dirname(source) : source;
  const paths = isFile ? [basename(source)] : await listFiles(source);
  if (paths.length === 0) throw raiseArtifact('BAD_USER_INPUT', { because: `${source} has no files` });
  const files: ManifestFile[] = [];
  for (const path of paths) {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of createReadStream(join(folder, path)) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    files.push({ path, sizeBytes, sha256: hash.digest('hex') });
  }
  return { files, folder };
}

/** Equal content is stored once; where an object of it is missing or has another size it is stored again. */
async function isComplete(client: S3Client, hash: string, files: readonly ManifestFile[]): Promise<boolean> {
  const sizeOf = async (key: string): Promise<number | undefined> => {
    try {
      const response = await client.send({ method: 'HEAD', key });
      await response.body?.cancel();
      return Number(response.headers.get('content-length'));
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  };
  if ((await sizeOf(manifestKey(hash))) === undefined) return false;
  for (const { path, sizeBytes } of files) {
    if ((await sizeOf(fileKey(hash, path))) !== sizeBytes) return false;
  }
  return true;
}

async function download(client: S3Client, hash: string, folder: string): Promise<void> {
  const text = await client.text({ method: 'GET', key: manifestKey(hash) }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
    throw raiseArtifact('NOT_FOUND', { because: uriOf(hash), details: { uri: uriOf(hash) }, cause: error });
  });
  for (const file of decodeManifest(text, hash).files) {
    const to = join(folder, file.path);
    await mkdir(dirname(to), { recursive: true });
    await downloadFile(client, { hash, file, to });
  }
}

/** A connection that is cut on the way is no damage: the file is asked for again, then its hash decides. */
async function downloadFile(
  client: S3Client,
  { hash, file, to }: { readonly hash: string; readonly file: ManifestFile; readonly to: string },
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await client
      .send({ method: 'GET', key: fileKey(hash, file.path) })
      .catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
        throw raiseArtifact('ARTIFACT_CORRUPT', {
          ...corrupt(hash, file.path, 'it is missing'),
          cause: error,
        });
      });
    try {
      const received = await receive(response, to);
      if (received.sizeBytes !== file.sizeBytes) {
        const what = `it has ${received.sizeBytes} bytes instead of ${file.sizeBytes}`;
        throw raiseArtifact('ARTIFACT_CORRUPT', corrupt(hash, file.path, what));
      }
      if (received.sha256 !== file.sha256) {
        throw raiseArtifact('ARTIFACT_CORRUPT', corrupt(hash, file.path, 'its hash differs'));
      }
      return;
    } catch (error) {
      if (error instanceof AppError) throw error;
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOSPC' || code === 'EDQUOT')
        throw raiseArtifact('STORAGE_FULL', { because: to, cause: error });
      if (attempt === downloadAttempts) {
        throw raiseArtifact('DEPENDENCY_UNAVAILABLE', {
          because: `${file.path}: the answer was cut`,
          cause: error,
        });
      }
    }
  }
}

async function receive(
  response: Response,
  to: string,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(undefined, chunk);
    },
  });
  const body = response.body ? Readable.fromWeb(response.body as never) : Readable.from([]);
  await pipeline(body, measure, createWriteStream(to));
  return { sizeBytes, sha256: hash.digest('hex') };
}
