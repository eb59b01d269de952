/**
 * A file of any size into one object, holding one part in memory: small files in one request, larger ones in parts.
 * An upload that fails is aborted, so that the bucket keeps no invisible parts of it; those of a killed process are for a
 * lifecycle rule (`AbortIncompleteMultipartUpload`) to remove.
 */
import { open } from 'node:fs/promises';
import { type S3Client, xmlValue } from './s3-client.ts';

/** S3 takes parts from 5 MiB and at most 10,000 of them: 16 MiB make objects of 160 GB. */
const partBytes = 16 << 20;
const maxParts = 10_000;

export async function uploadFile(client: S3Client, key: string, path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const chunkBytes = Math.max(partBytes, Math.ceil(size / maxParts));
    const read = async (at: number) => {
      const chunk = Buffer.alloc(Math.min(chunkBytes, size - at));
      for (let filled = 0; filled < chunk.length; ) {
        const { bytesRead } = await file.read(chunk, filled, chunk.length - filled, at + filled);
        if (bytesRead === 0) throw new Error(`${path} became shorter while it was stored`);
        filled += bytesRead;
      }
      return new Uint8Array(chunk);
    };
    if (size <= chunkBytes) await client.text({ method: 'PUT', key, body: await read(0) });
    else await uploadParts(client, key, { size, chunkBytes, read });
  } finally {
    await file.close();
  }
}

async function uploadParts(
  client: S3Client,
  key: string,
  source: {
    readonly size: number;
    readonly chunkBytes: number;
    readonly read: (at: number) => Promise<Uint8Array<ArrayBuffer>>;
  },
): Promise<void> {
  const begun = await client.text({ method: 'POST', key, query: { uploads: '' } });
  const uploadId = xmlValue(begun, 'UploadId');
  if (!uploadId)
    throw new Error(`the S3 server began an upload of ${key} without an id: ${begun.slice(0, 200)}`);
  try {
    const parts: string[] = [];
    for (let at = 0; at < source.size; at += source.chunkBytes) {
      const partNumber = parts.length + 1;
      const query = { partNumber: String(partNumber), uploadId };
      const response = await client.send({ method: 'PUT', key, query, body: await source.read(at) });
      await response.body?.cancel();
      const etag = response.headers.get('etag') ?? '';
      parts.push(`<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag></Part>`);
    }
    const body = new TextEncoder().encode(
      `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`,
    );
    await client.text({ method: 'POST', key, query: { uploadId }, body });
  } catch (error) {
    await client.text({ method: 'DELETE', key, query: { uploadId } }).catch(() => undefined);
    throw error;
  }
}
