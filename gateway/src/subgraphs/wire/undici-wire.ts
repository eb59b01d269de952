/** The same through undici, below its `request()`, whose streams cost 60 µs that a body read whole does not need. */
import type { Dispatcher, Pool } from 'undici';
import type { LeavingListener } from '../../departure.ts';
import {
  fixedHeaders,
  PostFailure,
  type PostFailureKind,
  type PostReceiver,
  type PostRequest,
  type Wire,
} from './wire.ts';

export function createUndiciWire(url: URL, pool: Pool): Wire {
  const path = `${url.pathname}${url.search}`;
  return {
    send: (request, receiver) => new Exchange(request, receiver).begin(pool, path),
    close: () => pool.destroy(),
  };
}

/**
 * One object, and no closures: they would cost more than what they do. Told by the older of undici's two interfaces,
 * which does not make an object of headers that nobody reads. The deadline is one for the whole exchange: a service that
 * sends a byte a second does not get past it.
 */
class Exchange implements Dispatcher.DispatchHandler, LeavingListener {
  readonly #request: PostRequest;
  readonly #receiver: PostReceiver;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #timer: NodeJS.Timeout | undefined;
  #failure: PostFailure | undefined;
  #abort: ((failure: Error) => void) | undefined;
  #settled = false;

  constructor(request: PostRequest, receiver: PostReceiver) {
    this.#request = request;
    this.#receiver = receiver;
  }

  begin(pool: Pool, path: string): void {
    const { headers, body, endsAt, signal } = this.#request;
    if (signal.aborted) {
      this.handleEvent();
      return;
    }
    this.#timer = setTimeout(onTimeout, Math.max(1, endsAt - performance.now()), this);
    signal.addEventListener('abort', this, { once: true });
    const all = [...fixedHeaders, ...headers];
    pool.dispatch({ path, method: 'POST', headers: all, body, headersTimeout: 0, bodyTimeout: 0 }, this);
  }

  onConnect(abort: (failure?: Error) => void): void {
    this.#abort = abort;
    if (this.#failure) abort(this.#failure);
  }

  onHeaders(status: number): boolean {
    this.#status = status;
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#request.maxBytes) this.fail('too-large');
    else this.#chunks.push(chunk);
    return true;
  }

  onComplete(): void {
    if (this.#settle()) this.#receiver.answered({ status: this.#status, text: textOf(this.#chunks) });
  }

  onError(error: Error): void {
    this.fail('lost', error);
  }

  /** The client has gone. */
  handleEvent(): void {
    this.fail('aborted', this.#request.signal.reason);
  }

  fail(kind: PostFailureKind, cause?: unknown): void {
    this.#failure ??= new PostFailure(kind, cause);
    if (this.#settle()) this.#receiver.failed(this.#failure);
    // Ends the connection; the bytes that still come are nobody's.
    this.#abort?.(this.#failure);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#request.signal.removeEventListener('abort', this);
    return true;
  }
}

function onTimeout(exchange: Exchange): void {
  exchange.fail('timeout');
}

function textOf([first, ...others]: readonly Buffer[]): string {
  if (!first) return '';
  return (others.length === 0 ? first : Buffer.concat([first, ...others])).toString('utf8');
}
