/**
 * The bytes of uploads over HTTP, which the gateway relays as they come:
 *
 *     HEAD /uploads/<upload>/<file>              -> 200, upload-offset: where to go on, upload-length: of the whole
 *     PUT  /uploads/<upload>/<file>?offset=<n>   -> 200 { "offset": <n + bytes> }, once they are durable
 *
 * The body is sealed (`body-seal.ts` of the platform): a chunk that is not what the gateway sent is refused, and nothing of it
 * counts. Of one that is cut off, what came whole is kept.
 *
 * An answer before the body was read would be lost with the connection, so what is left of a refused chunk is read and
 * thrown away.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { raisePlatform } from '@fathom/platform/errors';
import type { IdentifiedExchange, IdentifiedHandler } from '@fathom/platform/server/identified-http';
import { fileOfUpload, receiveChunk, type Uploads } from '../actions/uploads.ts';
import { maxChunkBytes, type UploadFile } from '../domain/upload.ts';

const pathPattern = /^\/uploads\/([\w-]{1,100})\/(\d{1,6})$/;
/** A client from which nothing comes for so long is as good as gone; what it sent is kept. */
const silenceMs = 60_000;

export function createUploadRoute(uploads: Uploads): IdentifiedHandler {
  return async ({ request, response, identity, unseal }) => {
    const url = new URL(request.url ?? '/', 'http://service');
    const [, uploadId, position] = pathPattern.exec(url.pathname) ?? [];
    try {
      if (uploadId === undefined) throw raisePlatform('NOT_FOUND', { because: url.pathname });
      const file = await fileOfUpload(uploads, identity, { uploadId, position: Number(position) });
      if (request.method === 'HEAD') return tell(response, file, file.receivedBytes);
      if (request.method !== 'PUT') throw raisePlatform('BAD_USER_INPUT', { because: 'send PUT or HEAD' });
      await receive(uploads, { request, response, unseal, file, offset: offsetOf(url) });
    } catch (error) {
      await discardRest(request);
      throw error;
    }
  };
}

interface Delivery {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly unseal: IdentifiedExchange['unseal'];
  readonly file: UploadFile;
  readonly offset: number;
}

async function receive(
  uploads: Uploads,
  { request, response, unseal, file, offset }: Delivery,
): Promise<void> {
  request.setTimeout(silenceMs, () => request.destroy());
  const received = await receiveChunk(uploads, file, {
    offset,
    maxBytes: maxChunkBytes,
    bytes: unseal(request.iterator({ destroyOnReturn: false })),
  });
  request.setTimeout(0);
  if (received.isCut) response.destroy();
  else tell(response, file, received.offset);
}

function tell(response: ServerResponse, { sizeBytes }: UploadFile, offset: number): void {
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'upload-offset': String(offset),
    'upload-length': String(sizeBytes),
  });
  response.end(`${JSON.stringify({ offset })}\n`);
}

function offsetOf(url: URL): number {
  const text = url.searchParams.get('offset') ?? '';
  const offset = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(offset)) return offset;
  throw raisePlatform('BAD_USER_INPUT', {
    because: 'say by ?offset= where the chunk begins, in whole bytes',
    details: { field: 'offset' },
  });
}

/** Up to what a chunk may have; a client that sends more is cut off. */
async function discardRest(request: IncomingMessage): Promise<void> {
  let left = maxChunkBytes;
  if (request.destroyed || request.complete) return;
  request.setTimeout(silenceMs, () => request.destroy());
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      left -= chunk.length;
      if (left < 0) return;
    }
  } catch {
    // It was cut off: then nobody waits for the answer either.
  }
}
