/**
 * The body of a request from outside, bounded in every way: in size as it comes, in size once it is
 * decompressed, and in the time it may take to come.
 */
import { isAscii } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { AppError } from '@fathom/platform/errors';
import { Deadlines, Due } from '../deadlines.ts';
import { raise } from '../errors.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** From its first byte to its last. */
  readonly timeoutMs: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

const decompressors = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;

/** Throws PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT, BAD_REQUEST for an unknown encoding, BAD_USER_INPUT for what is no text. */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<string> {
  return textOf(await readBounded(request, limits));
}

/** The same, and throws BAD_USER_INPUT for what is no JSON. */
export async function readJson(request: IncomingMessage, limits: BodyLimits): Promise<unknown> {
  return jsonOf(await readBounded(request, limits));
}

/** As {@link readBytes}; refuses at once what says that it is too large. */
export function readBounded(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes) throw tooLarge(limits);
  return readBytes(request, limits);
}

/** Throws BAD_USER_INPUT for what is no JSON. */
export function jsonOf(bytes: Buffer): unknown {
  const text = textOf(bytes);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw raise('BAD_USER_INPUT', { because: 'the body is not JSON', cause });
  }
}

function textOf(bytes: Buffer): string {
  // Most requests have no other letters, and then nothing has to be decoded.
  if (isAscii(bytes)) return bytes.toString('latin1');
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
  return new Promise((resolve, reject) => new Reading(request, limits, { resolve, reject }).begin());
}

interface Settle {
  resolve(bytes: Buffer): void;
  reject(error: AppError): void;
}

/** Of all bodies that are being read. */
const deadlines = new Deadlines();

class Reading extends Due {
  readonly endsAt: number;
  readonly #request: IncomingMessage;
  readonly #source: Readable;
  readonly #maxBytes: number;
  readonly #settle: Settle;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #hasEnded = false;

  constructor(request: IncomingMessage, { maxBytes, timeoutMs }: BodyLimits, settle: Settle) {
    super();
    this.#request = request;
    this.#source = decompressed(request);
    this.#maxBytes = maxBytes;
    this.#settle = settle;
    this.endsAt = performance.now() + timeoutMs;
  }

  begin(): void {
    const source = this.#source;
    // A client that left is told nothing; what it sent compressed may be broken.
    const onBroken = (cause?: unknown): void =>
      this.#end(raise('BAD_USER_INPUT', { because: 'the body could not be read to its end', cause }));
    deadlines.add(this);
    source.on('data', this.#onData);
    source.on('end', () => this.#end());
    // For good: what comes later is nobody's, an error too.
    source.on('error', onBroken);
    if (source !== this.#request) this.#request.on('error', onBroken);
    this.#request.on('aborted', onBroken);
  }

  expire(): void {
    this.#end(raise('REQUEST_TIMEOUT'));
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) this.#end(tooLarge({ maxBytes: this.#maxBytes }));
    else this.#chunks.push(chunk);
  };

  #end(error?: AppError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    deadlines.delete(this);
    if (error) {
      this.#source.off('data', this.#onData);
      this.#source.pause();
      this.#settle.reject(error);
      return;
    }
    const [only, ...others] = this.#chunks;
    this.#settle.resolve(only && others.length === 0 ? only : Buffer.concat(this.#chunks));
  }
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

function tooLarge({ maxBytes }: Pick<BodyLimits, 'maxBytes'>): AppError {
  return raise('PAYLOAD_TOO_LARGE', { because: `the limit is ${maxBytes} bytes`, details: { maxBytes } });
}
