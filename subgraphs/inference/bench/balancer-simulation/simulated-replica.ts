/**
 * An engine in simulated time: continuous batching with chunked prefill, a bounded key/value cache and prefixes kept in it.
 * A step decodes every running sequence once and computes up to `prefillTokensPerStep` prompt tokens; it takes
 * `stepMs + perSequenceMs · decoding + perPrefillTokenMs · prefilled`.
 *
 *   alive --die--> dead: all that it had is lost, its step and its cache with it --revive--> alive, with an empty cache
 *
 * Simpler than `domain/scheduler`, so that a thousand of them run in seconds: who came first is first, there being one tenant and
 * no priorities; the oldest prompt has the whole of a step's prompt tokens; a prompt is found in the cache once its request has
 * ended. As there, who does not fit into the cache holds up those behind it. Left out are models and adapters that have to be loaded.
 */
import type { ReplicaReport } from '../../src/balancer/replica.ts';
import type { EventQueue } from './event-queue.ts';
import { SimulatedKv } from './simulated-kv.ts';
import type { TracedRequest } from './trace.ts';

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
  /** Positions of its cache: reserved by running requests, and kept of prompts. */
  readonly kvTokens: number;
  readonly prefillTokensPerStep: number;
}

export interface ReplicaListener {
  token(): void;
  ended(): void;
  /** It died, or drains; the tokens that were told were computed. */
  lost(): void;
}

/** A request, behind the tokens of its completion that there are already. */
export interface Submission {
  readonly request: TracedRequest;
  readonly decoded: number;
  readonly listener: ReplicaListener;
}

export type Submitted = 'TAKEN' | 'FULL' | 'TOO_LONG' | 'DEAD';

interface Running extends Submission {
  readonly admittedMs: number;
  prefillLeft: number;
  tokensLeft: number;
}

const reserveOf = ({ promptTokens, maxTokens }: TracedRequest): number => promptTokens + maxTokens;

export class SimulatedReplica {
  readonly id: string;
  readonly kv: SimulatedKv;
  readonly #options: SimulatedReplicaOptions;
  readonly #waiting: Submission[] = [];
  readonly #running = new Set<Running>();
  #isAlive = true;
  /** Counts its lives: what a former one had begun does not happen any more. */
  #life = 0;
  #isStepping = false;
  #meanRequestMs = 3_000;

  constructor(options: SimulatedReplicaOptions) {
    this.id = options.id;
    this.kv = new SimulatedKv(options.kvTokens);
    this.#options = options;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  submit(submission: Submission): Submitted {
    const { maxSequences, maxQueued } = this.#options;
    if (!this.#isAlive) return 'DEAD';
    if (!this.kv.couldHold(reserveOf(submission.request))) return 'TOO_LONG';
    if (this.#running.size + this.#waiting.length >= maxSequences + maxQueued) return 'FULL';
    this.#waiting.push(submission);
    if (!this.#isStepping) this.#step();
    return 'TAKEN';
  }

  die(): void {
    const lost = [...this.#running, ...this.#waiting];
    this.#isAlive = false;
    this.#life += 1;
    this.#isStepping = false;
    this.#running.clear();
    this.#waiting.length = 0;
    this.kv.clear();
    for (const { listener } of lost) listener.lost();
  }

  revive(): void {
    this.#isAlive = true;
  }

  report(): ReplicaReport {
    const { events, maxSequences, maxQueued, speed, prefillTokensPerStep } = this.#options;
    let pendingPrefillTokens = 0;
    for (const { prefillLeft } of this.#running) pendingPrefillTokens += prefillLeft;
    for (const { request, decoded } of this.#waiting) pendingPrefillTokens += request.promptTokens + decoded;
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
      freeKvTokens: this.kv.positions - this.kv.reserved,
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
    const life = this.#life;
    events.after(tookMs, () => {
      if (life !== this.#life) return;
      for (const sequence of [...begun, ...decoding]) this.#advance(sequence);
      this.#step();
    });
  }

  #admit(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (!next || this.#running.size >= this.#options.maxSequences) return;
      const { request, decoded } = next;
      if (!this.kv.reserve(reserveOf(request))) return;
      this.#waiting.shift();
      // The last token is always computed: its logits give the next one.
      const tokens = request.promptTokens + decoded;
      this.#running.add({
        ...next,
        admittedMs: this.#options.events.nowMs,
        prefillLeft: tokens - Math.min(this.kv.keptTokens(request.prefix), tokens - 1),
        tokensLeft: request.completionTokens - decoded,
      });
    }
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
    const { request, listener, admittedMs } = sequence;
    sequence.tokensLeft -= 1;
    listener.token();
    if (sequence.tokensLeft > 0) return;
    this.#running.delete(sequence);
    this.kv.release(reserveOf(request));
    this.kv.keep(request.prefix);
    const heldMs = this.#options.events.nowMs - admittedMs;
    this.#meanRequestMs = this.#meanRequestMs * 0.9 + heldMs * 0.1;
    listener.ended();
  }
}
