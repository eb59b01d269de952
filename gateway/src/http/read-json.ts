/**
 * The body of a request from outside as JSON, bounded in every way: in size as it comes, in size once it is
 * decompressed, and in the time it may take to come.
 */
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from '@fathom/platform/errors';
import { raise } from '../errors.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** From its first byte to its last. */
  readonly timeoutMs: number;
}

const decompressors = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;

/** Throws PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT, BAD_REQUEST for an unknown encoding, BAD_USER_INPUT for what is no JSON. */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  const text = await readBody(request, limits);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw raise('BAD_USER_INPUT', { because: 'the body is not JSON', cause });
  }
}

/** The same for a body that is text of another kind. */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes) throw tooLarge(limits);
  const bytes = await readBytes(request, limits);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw raise('BAD_USER_INPUT', { because: 'the body is not UTF-8', cause });
  }
}

/** The bytes themselves, once decompressed. */
export async function readBytes(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(raise('REQUEST_TIMEOUT')), limits.timeoutMs);
  const onLate = new Promise<never>((_, reject) => {
    late.signal.addEventListener('abort', () => reject(late.signal.reason), { once: true });
  });
  onLate.catch(() => undefined);
  const source = decompressed(request)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await Promise.race([source.next(), onLate]);
      if (done) return Buffer.concat(chunks);
      size += value.length;
      if (size > limits.maxBytes) throw tooLarge(limits);
      chunks.push(value);
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    // A client that left is told nothing; what it sent compressed may be broken.
    throw raise('BAD_USER_INPUT', { because: 'the body could not be read to its end', cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Not destroyed when it is left early: the refusal still has to go out on the same socket. */
function decompressed(request: IncomingMessage): AsyncIterable<Buffer> {
  const raw = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity') return raw;
  if (!Object.hasOwn(decompressors, encoding))
    throw raise('BAD_REQUEST', {
      because: `the content encoding must be ${Object.keys(decompressors).join(', ')} or none`,
    });
  const decompressor = decompressors[encoding as keyof typeof decompressors]();
  pipeline(raw, decompressor, () => undefined);
  return decompressor as AsyncIterable<Buffer>;
}

function tooLarge({ maxBytes }: BodyLimits): AppError {
  return raise('PAYLOAD_TOO_LARGE', { because: `the limit is ${maxBytes} bytes`, details: { maxBytes } });
}
