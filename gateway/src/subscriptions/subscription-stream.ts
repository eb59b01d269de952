/**
 * One subscription of one client: frames of the subgraph in, results for the client out.
 *
 *   upstream frame --> [window] --> executor --> next()          the long way: 30 µs an event
 *            \-------------------------------> raw sink          verbatim: the frame itself, 7 µs
 *
 * Invariants: results leave in the order the frames came, by whichever way; `return()` settles a pending `next()` at
 * once, however quiet the stream (an `async function*` would wait for an event that may never come); at most the
 * window is held here, beyond it the subgraph is paused; the stream always ends with a reason, never in silence, and
 * with the cursor of what was handed on last where it can be resumed; what reaches the client is JSON, whatever came.
 */
import type { AppError } from '@fathom/platform/errors';
import type { FormattedExecutionResult } from 'graphql';
import { raise } from '../errors.ts';
import type { EventExecutor, SubgraphEvent } from './event-executor.ts';
import { resumableBehind } from './last-cursor.ts';
import { payloadStart, type UpstreamSink } from './upstream-socket.ts';

/** A frame that may pass unchanged, and what it says. */
export interface PlainFrame {
  readonly frame: string;
  readonly result: FormattedExecutionResult;
}

/** Writes a frame to the client as it is. `flushed` is called when the client's socket has taken it. */
export interface RawSink {
  send(plain: PlainFrame, flushed: () => void): void;
  bufferedBytes(): number;
}

export interface StreamWindow {
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** A client that takes nothing for so long, with a full window, is ended with SLOW_CONSUMER. */
  readonly patienceMs: number;
}

/** `verbatim`: the subgraph's frame was the client's. `executed`: it went through the executor. */
export type EventWay = 'verbatim' | 'executed';

/** Why a stream ended, as metrics and the access log name it. */
export type StreamEnd = 'completed' | 'failed' | 'unsubscribed' | 'disconnected';

export interface SubscriptionStreamOptions {
  /** Whose events these are. */
  readonly service: string;
  readonly window: StreamWindow;
  readonly execute: EventExecutor;
  readonly formatError: (error: AppError) => FormattedExecutionResult;
  /** Present where frames may pass unchanged. */
  readonly rawSink: RawSink | undefined;
  readonly upstream: StreamUpstream;
  readonly onEvent: (way: EventWay) => void;
  /** `code`: of the error that the stream ended with, if it did. */
  readonly onEnd: (end: StreamEnd, code: string | undefined) => void;
}

/** What a stream can do to the socket that feeds it. */
export interface StreamUpstream {
  pause(): void;
  resume(): void;
  unsubscribe(): void;
  /** The client does not read: end all of its streams from this subgraph, leaving the work resumable. */
  abandon(error: AppError): void;
  /** The client has vanished without unsubscribing. */
  isClientGone(): boolean;
}

type Item =
  | { readonly kind: 'frame'; readonly frame: string }
  | { readonly kind: 'event'; readonly event: SubgraphEvent }
  | { readonly kind: 'failure'; readonly error: AppError };

type Step = IteratorResult<FormattedExecutionResult, undefined>;
const finished: Step = { done: true, value: undefined };

export class SubscriptionStream implements AsyncGenerator<FormattedExecutionResult, undefined, undefined> {
  readonly #options: SubscriptionStreamOptions;
  readonly #items: Item[] = [];
  readonly #waiting: ((step: Step) => void)[] = [];
  #queuedBytes = 0;
  #executing = false;
  /** No more frames will come; what is queued is still delivered. */
  #sourceEnded = false;
  #returned = false;
  #paused = false;
  #patience: NodeJS.Timeout | undefined;
  #end: StreamEnd | undefined;
  #delivered: FormattedExecutionResult | undefined;
  /** Of the newest result, if it was nothing but an error. */
  #failureCode: string | undefined;

  readonly #onFlushed = (): void => this.#onProgress();

  constructor(options: SubscriptionStreamOptions) {
    this.#options = options;
  }

  // --- the subgraph's side -------------------------------------------------------------------------------------

  /** Where the upstream socket puts what belongs to this stream. */
  readonly sink: UpstreamSink = {
    next: (frame) => this.#onFrame(frame),
    error: (payload) => {
      const errors = Array.isArray(payload) ? payload : [payload];
      this.#finish('failed', { kind: 'event', event: { data: null, errors } });
    },
    complete: () => this.#finish('completed'),
    failed: (error) => this.fail(error),
  };

  /** Delivers what is queued, then this error, then the end. */
  fail(error: AppError): void {
    this.#finish('failed', { kind: 'failure', error });
  }

  /** The gateway ends it: the key was revoked. The subgraph sees UNSUBSCRIBED. */
  cancel(error: AppError): void {
    if (this.#sourceEnded) return;
    this.#options.upstream.unsubscribe();
    this.fail(error);
  }

  #onFrame(frame: string): void {
    if (this.#sourceEnded) return;
    const { rawSink, onEvent } = this.#options;
    const inOrder = this.#items.length === 0 && !this.#executing && this.#waiting.length > 0;
    const result = rawSink && inOrder ? plainDataOf(frame) : undefined;
    if (rawSink && result) {
      rawSink.send({ frame, result }, this.#onFlushed);
      this.#delivered = result;
      onEvent('verbatim');
      if (rawSink.bufferedBytes() > this.#options.window.maxBytes) this.#pause();
      return;
    }
    this.#items.push({ kind: 'frame', frame });
    this.#queuedBytes += frame.length;
    const { maxEvents, maxBytes } = this.#options.window;
    if (this.#items.length >= maxEvents || this.#queuedBytes >= maxBytes) this.#pause();
    this.#pump();
  }

  #finish(end: StreamEnd, last?: Item): void {
    if (this.#sourceEnded) return;
    this.#sourceEnded = true;
    clearTimeout(this.#patience);
    this.#end = end;
    if (last) this.#items.push(last);
    this.#pump();
  }

  // --- the client's side ---------------------------------------------------------------------------------------

  next(): Promise<Step> {
    if (this.#returned) return Promise.resolve(finished);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#pump();
    });
  }

  return(): Promise<Step> {
    this.#settleForever(this.#options.upstream.isClientGone() ? 'disconnected' : 'unsubscribed');
    return Promise.resolve(finished);
  }

  throw(error: unknown): Promise<Step> {
    this.#settleForever('unsubscribed');
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #settleForever(end: StreamEnd): void {
    if (this.#returned) return;
    this.#returned = true;
    clearTimeout(this.#patience);
    this.#items.length = 0;
    if (!this.#sourceEnded && end === 'unsubscribed') this.#options.upstream.unsubscribe();
    this.#sourceEnded = true;
    for (const settle of this.#waiting.splice(0)) settle(finished);
    this.#options.onEnd(this.#end ?? end, this.#failureCode);
  }

  #pump(): void {
    if (this.#executing || this.#returned || this.#waiting.length === 0) return;
    const item = this.#items.shift();
    if (!item) {
      if (this.#sourceEnded) this.#settleForever('completed');
      return;
    }
    if (item.kind === 'frame') this.#queuedBytes -= item.frame.length;
    this.#onProgress();
    this.#executing = true;
    this.#resultOf(item).then((result) => {
      this.#executing = false;
      if (this.#returned) return;
      this.#failureCode = failureOf(result);
      this.#delivered = result;
      this.#options.onEvent('executed');
      this.#waiting.shift()?.({ done: false, value: result });
      this.#pump();
    });
  }

  async #resultOf(item: Item): Promise<FormattedExecutionResult> {
    const { execute, formatError, service } = this.#options;
    try {
      if (item.kind === 'failure') return formatError(resumableBehind(item.error, this.#delivered));
      if (item.kind === 'event') return await execute(item.event);
      const payload = payloadOf(item.frame);
      if (payload) return await execute(payload);
      return formatError(raise('SUBGRAPH_BAD_ANSWER', { details: { serviceName: service } }));
    } catch (cause) {
      return formatError(raise('INTERNAL_SERVER_ERROR', { cause }));
    }
  }

  // --- the window ----------------------------------------------------------------------------------------------

  #pause(): void {
    if (this.#paused || this.#sourceEnded) return;
    this.#paused = true;
    this.#options.upstream.pause();
    this.#beginPatience();
  }

  #onProgress(): void {
    if (!this.#paused || this.#sourceEnded) return;
    const { maxEvents, maxBytes } = this.#options.window;
    const buffered = this.#queuedBytes + (this.#options.rawSink?.bufferedBytes() ?? 0);
    if (this.#items.length > maxEvents / 2 || buffered > maxBytes / 2) {
      this.#beginPatience();
      return;
    }
    this.#paused = false;
    clearTimeout(this.#patience);
    this.#options.upstream.resume();
  }

  #beginPatience(): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(
      () => this.#options.upstream.abandon(raise('SLOW_CONSUMER')),
      this.#options.window.patienceMs,
    );
  }
}

function failureOf({ data, errors }: FormattedExecutionResult): string | undefined {
  if (data != null) return undefined;
  const code = errors?.[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : undefined;
}

/**
 * What a frame says, if that is data without errors. Quotes within texts are escaped, so `"errors":` is always a key; a
 * field of that name sends a frame the long way, which is slower and never wrong.
 */
function plainDataOf(frame: string): FormattedExecutionResult | undefined {
  const isPlain =
    frame.startsWith('{"data":{', payloadStart(frame)) &&
    !frame.includes('"errors":') &&
    !frame.includes('"extensions":');
  return isPlain ? (payloadOf(frame) as FormattedExecutionResult | undefined) : undefined;
}

/**
 * Undefined for what is no JSON. Parsing costs 1 µs also where the frame passes unchanged; a frame that is not JSON would
 * end the client's connection, with all of its other streams.
 */
function payloadOf(frame: string): SubgraphEvent | undefined {
  try {
    const { payload } = JSON.parse(frame) as { readonly payload?: unknown };
    return typeof payload === 'object' && payload !== null ? payload : undefined;
  } catch {
    return undefined;
  }
}
