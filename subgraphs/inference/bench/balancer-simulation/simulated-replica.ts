/**
 * An engine in simulated time: continuous batching with chunked prefill and a prefix cache.
 * A step decodes every running sequence once and computes up to `prefillTokensPerStep` prompt tokens; it takes
 * `stepMs + perSequenceMs · decoding + perPrefillTokenMs · prefilled`.
 *
 * Simpler than `domain/scheduler`, so that a thousand of them run in seconds: who came first is first, there being one tenant and
 * no priorities; the oldest prompt has the whole of a step's prompt tokens; a prompt is found in the cache once its request has
 * ended. Left out are the bound of the KV cache, so `freeKvTokens` never decides, models and adapters that have to be loaded, and
 * workers that are lost.
 */
import type { ReplicaReport } from '../../src/balancer/replica.ts';
import type { EventQueue } from './event-queue.ts';
import { blockTokens, type TracedRequest } from './trace.ts';

export interface ReplicaSpeed {
  readonly stepMs: number;
  readonly perSequenceMs: number;
  readonly perPrefillTokenMs: number;
}

export interface SimulatedReplicaOptions {
  readonly id: string;
  readonly events: EventQueue;
  readonly speed: ReplicaSpeed;
  readonly maxSequences: number;
  readonly maxQueued: number;
  /** Tokens of prompts that stay in the cache, the longest unused leaving first. */
  readonly cachedTokens: number;
  readonly prefillTokensPerStep: number;
}

export interface ReplicaListener {
  firstToken(): void;
  ended(): void;
}

interface Running {
  readonly request: TracedRequest;
  readonly listener: ReplicaListener;
  readonly admittedMs: number;
  prefillLeft: number;
  tokensLeft: number;
}

export class SimulatedReplica {
  readonly id: string;
  readonly #options: SimulatedReplicaOptions;
  readonly #waiting: { readonly request: TracedRequest; readonly listener: ReplicaListener }[] = [];
  readonly #running = new Set<Running>();
  /** Blocks in the order of last use. */
  readonly #cache = new Map<string, true>();
  #isStepping = false;
  #meanRequestMs = 3_000;

  constructor(options: SimulatedReplicaOptions) {
    this.id = options.id;
    this.#options = options;
  }

  /** False if the queue is full. */
  submit(request: TracedRequest, listener: ReplicaListener): boolean {
    const { maxSequences, maxQueued } = this.#options;
    if (this.#running.size + this.#waiting.length >= maxSequences + maxQueued) return false;
    this.#waiting.push({ request, listener });
    if (!this.#isStepping) this.#step();
    return true;
  }

  report(): ReplicaReport {
    const { events, maxSequences, maxQueued, speed, prefillTokensPerStep } = this.#options;
    let pendingPrefillTokens = 0;
    for (const { prefillLeft } of this.#running) pendingPrefillTokens += prefillLeft;
    for (const { request } of this.#waiting) pendingPrefillTokens += request.promptTokens;
    const stepMs = speed.stepMs + speed.perSequenceMs * this.#running.size;
    return {
      replicaId: this.id,
      atMs: events.nowMs,
      status: 'READY',
      activeSequences: this.#running.size,
      maxSequences,
      queuedRequests: this.#waiting.length,
      maxQueued,
      pendingPrefillTokens,
      freeKvTokens: Number.MAX_SAFE_INTEGER,
      prefillTokensPerSecond:
        (prefillTokensPerStep * 1_000) / (stepMs + speed.perPrefillTokenMs * prefillTokensPerStep),
      meanRequestMs: this.#meanRequestMs,
      resident: new Set(['model']),
    };
  }

  #step(): void {
    this.#admit();
    const { speed, events } = this.#options;
    const decoding = [...this.#running].filter(({ prefillLeft }) => prefillLeft === 0);
    const { prefilled, begun } = this.#prefill();
    this.#isStepping = decoding.length > 0 || prefilled > 0;
    if (!this.#isStepping) return;
    const tookMs = speed.stepMs + speed.perSequenceMs * decoding.length + speed.perPrefillTokenMs * prefilled;
    events.after(tookMs, () => {
      for (const sequence of begun) sequence.listener.firstToken();
      for (const sequence of [...decoding, ...begun]) this.#advance(sequence);
      this.#step();
    });
  }

  #admit(): void {
    while (this.#running.size < this.#options.maxSequences) {
      const next = this.#waiting.shift();
      if (!next) return;
      const { request, listener } = next;
      this.#running.add({
        request,
        listener,
        admittedMs: this.#options.events.nowMs,
        prefillLeft: request.promptTokens - this.#cachedTokens(request),
        tokensLeft: request.completionTokens,
      });
    }
  }

  #cachedTokens({ prefix, promptTokens }: TracedRequest): number {
    let blocks = 0;
    while (blocks < prefix.length && this.#cache.has(prefix[blocks]!)) blocks += 1;
    return Math.min(blocks * blockTokens, promptTokens - 1);
  }

  #prefill(): { readonly prefilled: number; readonly begun: readonly Running[] } {
    let budget = this.#options.prefillTokensPerStep;
    const begun: Running[] = [];
    for (const sequence of this.#running) {
      if (budget === 0) break;
      if (sequence.prefillLeft === 0) continue;
      const count = Math.min(budget, sequence.prefillLeft);
      sequence.prefillLeft -= count;
      budget -= count;
      if (sequence.prefillLeft === 0) begun.push(sequence);
    }
    return { prefilled: this.#options.prefillTokensPerStep - budget, begun };
  }

  #advance(sequence: Running): void {
    sequence.tokensLeft -= 1;
    if (sequence.tokensLeft > 0) return;
    this.#running.delete(sequence);
    this.#keep(sequence.request);
    const heldMs = this.#options.events.nowMs - sequence.admittedMs;
    this.#meanRequestMs = this.#meanRequestMs * 0.9 + heldMs * 0.1;
    sequence.listener.ended();
  }

  #keep({ prefix }: TracedRequest): void {
    for (const block of prefix) {
      this.#cache.delete(block);
      this.#cache.set(block, true);
    }
    for (const block of this.#cache.keys()) {
      if (this.#cache.size * blockTokens <= this.#options.cachedTokens) return;
      this.#cache.delete(block);
    }
  }
}
