/**
 * The body of a request from outside as JSON, bounded in every way: in size as it comes, in size once it is
 * decompressed, and in the time it may take to come.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { AppError } from '@fathom/platform/errors';
import { raise } from '../errors.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** From its first byte to its last. */
  readonly timeoutMs: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

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
    return utf8.decode(bytes);
  } catch (cause) {
    throw raise('BAD_USER_INPUT', { because: 'the body is not UTF-8', cause });
  }
}

/**
 * The bytes themselves, once decompressed. By its events: an iterator, a timer that is a promise and a race between them would cost each request 25 us. Whatever it
 * ends with, the request itself is left alone: a refusal still has to go out on the same socket.
 */
export function readBytes(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const source = decompressed(request);
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (error?: AppError): void => {
      clearTimeout(timer);
      source.off('data', onData);
      // What comes later is nobody's, an error too.
      source.on('error', ignore);
      if (error) {
        source.pause();
        reject(error);
      } else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limits.maxBytes) end(tooLarge(limits));
      else chunks.push(chunk);
    };
    // A client that left is told nothing; what it sent compressed may be broken.
    const onBroken = (cause?: unknown): void =>
      end(raise('BAD_USER_INPUT', { because: 'the body could not be read to its end', cause }));
    const timer = setTimeout(() => end(raise('REQUEST_TIMEOUT')), limits.timeoutMs);
    source.on('data', onData);
    source.once('end', () => end());
    source.once('error', onBroken);
    if (source !== request) request.once('error', onBroken);
    request.once('aborted', onBroken);
  });
}

function decompressed(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity') return request;
  if (!Object.hasOwn(decompressors, encoding))
    throw raise('BAD_REQUEST', {
      because: `the content encoding must be ${Object.keys(decompressors).join(', ')} or none`,
    });
  const decompressor = decompressors[encoding as keyof typeof decompressors]();
  return request.pipe(decompressor);
}

const ignore = (): void => undefined;

function tooLarge({ maxBytes }: BodyLimits): AppError {
  return raise('PAYLOAD_TOO_LARGE', { because: `the limit is ${maxBytes} bytes`, details: { maxBytes } });
}
