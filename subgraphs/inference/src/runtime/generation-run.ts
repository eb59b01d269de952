/**
 * One generation while it runs in this process: what its strategies (`run-generate.ts`, `run-ask.ts`) are made of.
 *
 * States: running -> ended | suspended. Suspended means that this process stops without ending the generation: its row
 * and stream hold all it takes for the next process to go on.
 */
import type { Identity } from '@fathom/platform/identity';
import type { Logger } from '@fathom/platform/logging';
import {
  applyEvents,
  countTokens,
  type FinishReason,
  type GenerationEvent,
  type GenerationRecord,
  type TokenRecord,
  type UsageRecord,
} from '../domain/generation.ts';
import { GrowingRecord } from '../domain/growing-record.ts';
import { seedOfChoice } from '../domain/random.ts';
import type { GenerationSettings } from '../domain/settings.ts';
import { storableText } from '../domain/storable-text.ts';
import type { EngineToken } from '../engine/protocol.ts';
import type { EnginePool } from '../pool/engine-pool.ts';
import type { ConversationName } from './conversation-name.ts';
import { decodeOnDevice } from './decode-on-device.ts';
import type { Deployments } from './deployments.ts';
import type { EventLog } from './event-log.ts';

/** A decoded draft or completion. */
export type Decoded =
  | { readonly kind: 'finished'; readonly reason: 'STOP' | 'LENGTH'; readonly tailText: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

export interface DecodeOptions {
  /** Which of several completions; the first without it. */
  readonly choice?: number;
  /** Tokens that exist already. */
  readonly prior: readonly TokenRecord[];
  readonly onToken: (token: TokenRecord) => void;
  /** A device has it; the first token comes later. */
  readonly onPlaced?: () => void;
  /** Stops decoding for a reason of the strategy's own; the outcome is `cancelled`. */
  readonly signal?: AbortSignal;
}

export interface GenerationRunOptions {
  readonly record: GenerationRecord;
  readonly settings: GenerationSettings;
  readonly identity: Identity;
  readonly log: EventLog;
  readonly pool: EnginePool;
  readonly deployments: Deployments;
  readonly conversationName: ConversationName;
  readonly logger: Logger;
  readonly onAdmitted: () => void;
}

/** Why a run's signal aborted: on request, or because this process stops. */
export type StopReason = 'CANCELLED' | 'SUSPENDED';

export class GenerationRun {
  readonly settings: GenerationSettings;
  readonly identity: Identity;
  readonly #options: GenerationRunOptions;
  readonly #stop = new AbortController();
  /** Wall time for what was before this run, the monotonic clock for what is in it. */
  readonly #acceptedAgoMs: number;
  readonly #startedAt = performance.now();
  readonly #record: GrowingRecord;
  #deviceMs: number;
  #cachedPromptTokens: number;
  #deviceId: string | undefined;
  #decodedTokens = 0;
  #firstDecodedAt: number | undefined;
  #lastDecodedAt = 0;

  constructor(options: GenerationRunOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.identity = options.identity;
    this.#record = new GrowingRecord(options.record);
    this.#deviceMs = options.record.usage.deviceMs;
    this.#cachedPromptTokens = options.record.usage.cachedPromptTokens ?? 0;
    this.#acceptedAgoMs = Math.max(0, Date.now() - options.record.createdAt.getTime());
  }

  /** As of the last event. */
  get record(): GenerationRecord {
    return this.#record.current;
  }

  /** The device that it was last placed on. */
  get deviceId(): string | undefined {
    return this.#deviceId;
  }

  /** Aborts with a StopReason. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  stop(reason: StopReason): void {
    this.#stop.abort(reason);
  }

  /** Adds events to the record and the stream. Resolves when readers can have them. */
  emit(events: readonly GenerationEvent[], options?: { readonly end?: boolean }): Promise<void> {
    for (const event of events) this.#record.add(event);
    return this.#options.log.append(events, options);
  }

  tokenEvent(token: TokenRecord, choice = 0): GenerationEvent {
    return { type: 'token', ...token, ...(choice === 0 ? {} : { choice }), atMs: this.elapsedMs() };
  }

  /** Text that no token of this platform's models brought. */
  textEvent(text: string, choice = 0): GenerationEvent {
    return { type: 'token', text, ...(choice === 0 ? {} : { choice }), atMs: this.elapsedMs() };
  }

  /** Ends the generation after some last events, all of them at once. */
  async complete(
    finishReason: FinishReason,
    last: readonly GenerationEvent[] = [],
    draft?: string,
  ): Promise<void> {
    const withLast = applyEvents(this.record, last);
    const completedAt = new Date().toISOString();
    const usage = this.#usage(withLast);
    await this.emit([...last, { type: 'completed', finishReason, usage, completedAt, draft }], { end: true });
  }

  async fail(code: string, message: string): Promise<void> {
    const completedAt = new Date().toISOString();
    await this.emit([{ type: 'failed', code, message, usage: this.#usage(this.record), completedAt }], {
      end: true,
    });
  }

  /** What the version is computed in, loaded if need be; undefined where it cannot be served. */
  async precision(): Promise<string | undefined> {
    const acquired = await this.#options.deployments.acquire(this.settings.modelVersionId);
    if (acquired.kind !== 'ready') return undefined;
    acquired.release();
    return acquired.model.precision;
  }

  /** Has the model decode, behind what exists already. Rejects only when the run is suspended. */
  async decode({ choice = 0, prior, onToken, onPlaced, signal }: DecodeOptions): Promise<Decoded> {
    const { deployments, pool, conversationName, onAdmitted } = this.#options;
    const { modelVersionId, promptTokens, maxTokens, sampling, stopStrings, priority, responseFormat } =
      this.settings;
    const { id, tenant } = this.record;
    const acquired = await deployments.acquire(modelVersionId);
    if (acquired.kind !== 'ready') {
      return {
        kind: 'failed',
        code: 'MODEL_NOT_READY',
        message: `${modelVersionId} cannot be served: ${acquired.detail}`,
      };
    }
    const { lane, adapter } = acquired.model;
    const stopSignal = signal ? AbortSignal.any([this.signal, signal]) : this.signal;
    try {
      if (stopSignal.aborted) return this.#stopped();
      const end = await decodeOnDevice({
        pool,
        modelVersionId,
        signal: stopSignal,
        onPlaced: (deviceId) => {
          this.#deviceId = deviceId;
          onPlaced?.();
        },
        onAdmitted,
        onToken: (token) => onToken(this.#countDecoded(token)),
        request: {
          id: choice === 0 ? id : `${id}#${choice}`,
          tenant,
          conversation: conversationName(this.record),
          priority,
          timeoutMs: this.#timeLeftMs(),
          lane,
          adapter,
          promptTokens,
          priorTokens: prior.map(({ tokenId }) => tokenId),
          maxTokens,
          sampling: { ...sampling, seed: seedOfChoice(sampling.seed, choice) },
          stopStrings,
          responseFormat,
        },
      });
      this.#deviceMs += end.deviceMs;
      this.#cachedPromptTokens = Math.max(this.#cachedPromptTokens, end.cachedPromptTokens);
      if (end.kind === 'failed') return end;
      if (end.reason === 'CANCELLED' || stopSignal.aborted) return this.#stopped();
      return { kind: 'finished', reason: end.reason, tailText: storableText(end.tailText) };
    } finally {
      acquired.release();
    }
  }

  /** Since the generation was accepted, also by a former process. */
  elapsedMs(): number {
    return Math.round((this.#acceptedAgoMs + performance.now() - this.#startedAt) * 1000) / 1000;
  }

  #timeLeftMs(): number | undefined {
    const { deadlineMs } = this.settings;
    return deadlineMs === undefined ? undefined : deadlineMs - this.elapsedMs();
  }

  #stopped(): Decoded {
    if (this.signal.reason === 'SUSPENDED') throw new SuspendedError('This process stops; another goes on.');
    return { kind: 'cancelled' };
  }

  #countDecoded({ tokenId, text, logProbability, top }: EngineToken): TokenRecord {
    this.#lastDecodedAt = performance.now();
    this.#firstDecodedAt ??= this.#lastDecodedAt;
    this.#decodedTokens++;
    const shown = top?.map((alternative) => ({ ...alternative, text: storableText(alternative.text) }));
    return { tokenId, text: storableText(text), logProbability, ...(shown ? { top: shown } : {}) };
  }

  #usage(record: GenerationRecord): UsageRecord {
    const decodingMs = this.#firstDecodedAt === undefined ? 0 : this.#lastDecodedAt - this.#firstDecodedAt;
    return {
      promptTokens: record.usage.promptTokens,
      truncatedPromptTokens: record.usage.truncatedPromptTokens,
      cachedPromptTokens: this.#cachedPromptTokens,
      completionTokens: Math.max(countTokens(record), this.#decodedTokens),
      timeToFirstTokenMs: record.usage.timeToFirstTokenMs,
      totalMs: this.elapsedMs(),
      // The first token came out of the prefill: decoding is what came after it.
      tokensPerSecond: decodingMs > 0 ? ((this.#decodedTokens - 1) * 1000) / decodingMs : undefined,
      deviceMs: Math.round(this.#deviceMs * 1000) / 1000,
    };
  }
}

/** This process stops before the generation has ended. */
export class SuspendedError extends Error {
  override readonly name = 'SuspendedError';
}
