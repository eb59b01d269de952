/**
 * The few operations of the S3 protocol that an artifact store needs, signed (Signature Version 4), on one bucket by path.
 *
 * Every request is safe to repeat, so what a network or a busy server breaks is repeated, with doubling pauses; a body is
 * a buffer whose SHA-256 is signed, so the server refuses bytes that changed on their way. Errors are AppErrors: NOT_FOUND,
 * STORAGE_FULL, and DEPENDENCY_UNAVAILABLE with the server's own words.
 */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { Backoff } from '../../backoff.ts';
import type { AppError } from '../../errors.ts';
import { raiseArtifact } from '../artifact-errors.ts';

export interface S3Options {
  /** For instance `https://s3.eu-central-1.amazonaws.com` or `http://minio:9000`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** How often a request is tried in all. Default 5. */
  readonly attempts?: number;
  /** The first pause between two tries; doubled each time. Default 100. */
  readonly firstPauseMs?: number;
  /** Of one try until its answer begins. Default 60,000. */
  readonly timeoutMs?: number;
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

export interface S3Client {
  /** Throws NOT_FOUND for a 404, after no repetition. The body is the caller's to read. */
  send(request: S3Request): Promise<Response>;
  /** Sends and reads the whole answer as text; what breaks while it is read is repeated, too. */
  text(request: S3Request): Promise<string>;
}

/** Of XML as S3 answers it: flat, and what is wanted holds no markup. */
export function xmlValue(xml: string, tag: string): string | undefined {
  const found = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
  return found
    ?.replace(/&quot;/g, '"')
    .replace(/&#34;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}

export function createS3Client(options: S3Options): S3Client {
  const { bucket, attempts = 5, firstPauseMs = 100, timeoutMs = 60_000 } = options;
  const base = `${options.endpoint.replace(/\/+$/, '')}/${encodeURIComponent(bucket)}`;

  async function once({ method, key, query = {}, body }: S3Request): Promise<Response> {
    const url = new URL(key === '' ? base : `${base}/${key.split('/').map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const bytes = body ?? new Uint8Array();
    const signed = await new AwsV4Signer({
      url: url.href,
      method,
      headers: { 'x-amz-content-sha256': createHash('sha256').update(bytes).digest('hex') },
      ...(body ? { body } : {}),
      accessKeyId: options.accessKeyId,
      secretAccessKey: options.secretAccessKey,
      ...(options.sessionToken ? { sessionToken: options.sessionToken } : {}),
      service: 's3',
      region: options.region,
    }).sign();
    // Until the answer begins: a large artifact may take longer, and a body that stalls is ended by the platform's fetch.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    const response = await fetch(signed.url, {
      method,
      headers: signed.headers,
      ...(body ? { body } : {}),
      signal: late.signal,
    })
      .catch((error: unknown) => {
        throw unavailable(`${method} ${url.href}: ${reasonOf(error)}`, { retryable: true, cause: error });
      })
      .finally(() => clearTimeout(timer));
    if (response.ok) return response;
    throw await refusal(response, `${method} ${url.pathname}`);
  }

  async function repeated<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const backoff = new Backoff({ firstMs: firstPauseMs, maxMs: 10_000 });
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Repeatable)) throw error;
        if (tries >= attempts) throw error.final;
        await pause(backoff.next());
      }
    }
  }

  return {
    send: (request) => repeated(() => once(request)),
    text: (request) =>
      repeated(async () => {
        const response = await once(request);
        const text = await response.text().catch((error: unknown) => {
          throw unavailable(`${request.method} ${request.key}: ${reasonOf(error)}`, {
            retryable: true,
            cause: error,
          });
        });
        // CompleteMultipartUpload may say 200 first and fail after.
        if (/<Error>/.test(text))
          throw await refusal(new Response(text, { status: 500 }), `${request.method} ${request.key}`);
        return text;
      }),
  };
}

/** Carries the error that is thrown once there is no further try. */
class Repeatable extends Error {
  readonly final: AppError;
  constructor(final: AppError) {
    super(final.message);
    this.final = final;
  }
}

function unavailable(
  because: string,
  { retryable, cause }: { readonly retryable: boolean; readonly cause?: unknown },
): Error {
  const error = raiseArtifact('DEPENDENCY_UNAVAILABLE', {
    because: `the artifact store: ${because}`,
    ...(cause === undefined ? {} : { cause }),
  });
  return retryable ? new Repeatable(error) : error;
}

async function refusal(response: Response, what: string): Promise<Error> {
  const { status } = response;
  const xml = await response.text().catch(() => '');
  const code = xmlValue(xml, 'Code');
  if (status === 404 && code !== 'NoSuchBucket') return raiseArtifact('NOT_FOUND', { because: what });
  if (status === 507 || /StorageFull|QuotaExceeded/.test(code ?? '')) {
    return raiseArtifact('STORAGE_FULL', { because: `${what}: ${code ?? status}` });
  }
  const said = `${what}: ${status} ${code ?? ''} ${xmlValue(xml, 'Message') ?? ''}`.trimEnd();
  const busy =
    status >= 500 || status === 429 || status === 408 || code === 'RequestTimeout' || code === 'BadDigest';
  return unavailable(said, { retryable: busy });
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
