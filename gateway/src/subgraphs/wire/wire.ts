/** How a POST gets to a service and its answer back: bytes out, bytes in, within a deadline and a size. */
import type { Leaving } from '../../departure.ts';

export interface PostRequest {
  /** Beyond those that every request has: names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
  /** For all of it, by the monotonic clock, ms. */
  readonly endsAt: number;
  readonly maxBytes: number;
  readonly signal: Leaving;
}

export interface PostAnswer {
  readonly status: number;
  readonly text: string;
}

/** `lost`: no connection, it broke, or what came was no HTTP. `aborted`: by the signal. */
export type PostFailureKind = 'lost' | 'timeout' | 'too-large' | 'aborted';

/** Told once, by one of the two; perhaps before `send` has returned. */
export interface PostReceiver {
  answered(answer: PostAnswer): void;
  failed(failure: PostFailure): void;
}

export interface Wire {
  /** Never throws. */
  send(request: PostRequest, receiver: PostReceiver): void;
  close(): Promise<void>;
}

/** Rejects with {@link PostFailure} and nothing else. */
export function post(wire: Wire, request: PostRequest): Promise<PostAnswer> {
  return new Promise((resolve, reject) => wire.send(request, { answered: resolve, failed: reject }));
}

export interface WireOptions {
  readonly url: URL;
  readonly maxConnections: number;
}

/** Of every socket to a service. */
export function socketOptionsOf(url: URL) {
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  };
}

export class PostFailure extends Error {
  readonly kind: PostFailureKind;

  constructor(kind: PostFailureKind, cause?: unknown) {
    super(`the exchange ended early: ${kind}`, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

/** A connection that nothing was asked on for so long is closed, unless the service says it closes it earlier. */
export const idleMs = 30_000;

/** Of every request. */
export const fixedHeaders = ['content-type', 'application/json', 'accept', 'application/json'] as const;
