/**
 * Files to the platform, for commands that bring in more than an operation holds. Whatever breaks off (the connection, the
 * gateway, the service, this command itself) is gone on with: the platform knows by the files' hashes what it has already.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { type FathomClient, FathomError } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { CommandError } from './command-error.ts';
import type { Connection } from './connection.ts';

export interface LocalFile {
  /** On this machine. */
  readonly localPath: string;
  /** What the platform shall call it, relative and with `/`. */
  readonly path: string;
}

export interface UploadProgress {
  readonly phase: 'hashing' | 'sending';
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface UploadOptions {
  readonly client: FathomClient;
  readonly connection: Connection;
  readonly files: readonly LocalFile[];
  readonly onProgress: (progress: UploadProgress) => void;
  /** Told once a loss, before it is tried again. */
  readonly onRetry: (reason: string) => void;
}

interface AnnouncedFile extends LocalFile {
  readonly sizeBytes: number;
  readonly sha256: string;
}

interface RemoteFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly receivedBytes: number;
  readonly url: string;
}

type BeginUpload = {
  readonly beginUpload:
    | {
        readonly __typename: 'Upload';
        readonly id: string;
        readonly maxChunkBytes: number;
        readonly files: readonly RemoteFile[];
      }
    | { readonly __typename: 'InvalidInput'; readonly message: string; readonly field: string };
};

/** Small enough that a cut costs little, large enough that its acknowledgement costs nothing. */
const chunkBytes = 8 * 1024 * 1024;
/** In a row and without a byte of progress; about half a minute, in which a killed service is back. */
const maxAttempts = 9;

/** Resolves with the upload's id once all bytes are there. */
export async function uploadFiles(options: UploadOptions): Promise<string> {
  const announced = await announceFiles(options);
  const files = announced.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }));
  const { beginUpload } = await options.client.request<BeginUpload, { input: object }>(
    readOperation('begin-upload'),
    { input: { files } },
  );
  if (beginUpload.__typename === 'InvalidInput')
    throw new CommandError(`${beginUpload.field}: ${beginUpload.message}`, 1);
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const received = beginUpload.files.map(({ receivedBytes }) => receivedBytes);
  for (const [index, remote] of beginUpload.files.entries()) {
    const local = announced.find(({ path }) => path === remote.path);
    if (!local) throw new CommandError(`The platform asks for ${remote.path}, which was not announced.`, 1);
    await sendFile({
      ...options,
      local,
      remote,
      chunkBytes: Math.min(chunkBytes, beginUpload.maxChunkBytes),
      onOffset(offset) {
        received[index] = offset;
        const doneBytes = received.reduce((sum, bytes) => sum + bytes, 0);
        options.onProgress({ phase: 'sending', doneBytes, totalBytes });
      },
    });
  }
  return beginUpload.id;
}

async function announceFiles({ files, onProgress }: UploadOptions): Promise<readonly AnnouncedFile[]> {
  const sizes = await Promise.all(files.map(({ localPath }) => sizeOf(localPath)));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  const announced: AnnouncedFile[] = [];
  let doneBytes = 0;
  for (const [index, file] of files.entries()) {
    const hash = createHash('sha256');
    const stream = createReadStream(file.localPath, { highWaterMark: 1 << 20 });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      doneBytes += chunk.length;
      onProgress({ phase: 'hashing', doneBytes, totalBytes });
    }
    announced.push({ ...file, sizeBytes: sizes[index] ?? 0, sha256: hash.digest('hex') });
  }
  return announced;
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${path} cannot be read: ${error.message}`, 2, error);
  });
  if (!found.isFile()) throw new CommandError(`${path} is not a file.`, 2);
  if (found.size === 0) throw new CommandError(`${path} is empty.`, 1);
  return found.size;
}

interface SendOptions extends UploadOptions {
  readonly local: AnnouncedFile;
  readonly remote: RemoteFile;
  readonly chunkBytes: number;
  readonly onOffset: (offset: number) => void;
}

async function sendFile(options: SendOptions): Promise<void> {
  const { local, remote, onOffset, onRetry } = options;
  const url = new URL(remote.url, options.connection.url);
  const handle = await open(local.localPath, 'r');
  try {
    let offset = remote.receivedBytes;
    let attempts = 0;
    onOffset(offset);
    while (offset < local.sizeBytes) {
      try {
        const chunk = await readChunk(handle, { offset, length: options.chunkBytes, local });
        offset = await putChunk(url, { ...options, offset, chunk });
        attempts = 0;
        onOffset(offset);
      } catch (cause) {
        const error = FathomError.of(cause);
        attempts += 1;
        if (!error.retryable || attempts > maxAttempts) throw error;
        onRetry(error.message);
        await pause(Math.min(5_000, 50 * 2 ** attempts));
        const known = await offsetOf(url, options).catch(() => undefined);
        if (known !== undefined && known > offset) attempts = 0;
        offset = known ?? offset;
      }
    }
  } finally {
    await handle.close();
  }
}

async function readChunk(
  handle: FileHandle,
  { offset, length, local }: { offset: number; length: number; local: AnnouncedFile },
): Promise<Uint8Array<ArrayBuffer>> {
  const chunk = new Uint8Array(Math.min(length, local.sizeBytes - offset));
  const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset);
  if (bytesRead === 0) throw new CommandError(`${local.localPath} became shorter while it was sent.`, 1);
  return chunk.subarray(0, bytesRead);
}

interface Chunk {
  readonly connection: Connection;
  readonly offset: number;
  readonly chunk: Uint8Array<ArrayBuffer>;
}

/** The offset that is acknowledged. */
async function putChunk(url: URL, { connection, offset, chunk }: Chunk): Promise<number> {
  const response = await fetch(new URL(`?offset=${offset}`, url), {
    method: 'PUT',
    headers: { 'x-api-key': connection.apiKey, 'content-type': 'application/octet-stream' },
    body: chunk,
  });
  const body = (await response.json()) as {
    readonly offset?: number;
    readonly errors?: readonly { readonly message: string }[];
  };
  if (body.errors?.[0]) throw FathomError.of(body.errors[0]);
  return body.offset ?? offset + chunk.length;
}

async function offsetOf(url: URL, { connection }: { readonly connection: Connection }): Promise<number> {
  const response = await fetch(url, { method: 'HEAD', headers: { 'x-api-key': connection.apiKey } });
  const offset = response.headers.get('upload-offset');
  if (!response.ok || offset === null) throw new Error(`the platform answers ${response.status}`);
  return Number(offset);
}
