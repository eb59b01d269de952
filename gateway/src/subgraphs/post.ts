/**
 * One POST to a service: bytes out, bytes in, within a deadline and a size.
 *
 * Below undici's `request()`, whose streams cost 60 µs that a body read whole does not need. The deadline is one for
 * the whole exchange: a service that sends a byte a second does not get past it.
 */
import type { Pool } from 'undici';

export interface PostRequest {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** For all of it, from the moment of the call. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  readonly text: string;
}

/** `lost`: no connection, or it broke. `aborted`: by the signal. */
export type PostFailureKind = 'lost' | 'timeout' | 'too-large' | 'aborted';

export class PostFailure extends Error {
  readonly kind: PostFailureKind;

  constructor(kind: PostFailureKind, cause?: unknown) {
    super(`the exchange ended early: ${kind}`, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

/** Rejects with {@link PostFailure} and nothing else. */
export function post(pool: Pool, request: PostRequest): Promise<PostAnswer> {
  const { path, headers, body, timeoutMs, maxBytes, signal } = request;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let status = 0;
    let failure: PostFailure | undefined;
    let abort: ((reason: Error) => void) | undefined;
    let settled = false;

    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      return true;
    };
    const fail = (kind: PostFailureKind, cause?: unknown): void => {
      failure ??= new PostFailure(kind, cause);
      if (settle()) reject(failure);
      // Ends the connection; the bytes that still come are nobody's.
      abort?.(failure);
    };
    const onAbort = (): void => fail('aborted', signal.reason);
    const timer = setTimeout(() => fail('timeout'), timeoutMs);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });

    pool.dispatch(
      { path, method: 'POST', headers, body, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart(controller) {
          abort = (reason) => controller.abort(reason);
          if (failure) controller.abort(failure);
        },
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          bytes += chunk.length;
          if (bytes > maxBytes) fail('too-large');
          else chunks.push(chunk);
        },
        onResponseEnd() {
          if (settle()) resolve({ status, text: textOf(chunks) });
        },
        onResponseError(_controller, error) {
          fail('lost', error);
        },
      },
    );
  });
}

function textOf([first, ...others]: readonly Buffer[]): string {
  if (!first) return '';
  return (others.length === 0 ? first : Buffer.concat([first, ...others])).toString('utf8');
}
