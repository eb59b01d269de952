/**
 * One replica as a balancer knows it: its last report, what was placed on it since, and how far its estimates were off.
 */
import { expectedTtftMs, type LoadingCosts, type SinceReport } from './expected-ttft.ts';
import type { PlacementRequest, ReplicaReport } from './replica.ts';

interface PlacedSince {
  readonly atMs: number;
  readonly prefillTokens: number;
  readonly kvTokens: number;
}

/** How much one observation counts in the learned correction. */
const learningRate = 0.1;
/** An estimate is never believed to be off by more; the rest is noise or a fault that reports show. */
const maxCorrection = 4;

export class KnownReplica {
  #report: ReplicaReport;
  #placed: PlacedSince[] = [];
  /** Logarithm of actual over expected, so that twice and half weigh the same. */
  #logCorrection = 0;

  constructor(report: ReplicaReport) {
    this.#report = report;
  }

  get report(): ReplicaReport {
    return this.#report;
  }

  /** Requests that it has, as far as this balancer can know. */
  get requests(): number {
    return this.#report.activeSequences + this.#report.queuedRequests + this.#placed.length;
  }

  /** It would begin with another request at once. */
  get hasFreeSlot(): boolean {
    return this.requests < this.#report.maxSequences;
  }

  get hasRoom(): boolean {
    const { status, maxSequences, maxQueued } = this.#report;
    return status === 'READY' && this.requests < maxSequences + maxQueued;
  }

  /** A report that arrives late does not replace a later one. What it knows already is not counted twice. */
  update(report: ReplicaReport): void {
    if (report.atMs < this.#report.atMs) return;
    this.#report = report;
    this.#placed = this.#placed.filter(({ atMs }) => atMs > report.atMs);
  }

  place(request: PlacementRequest, { atMs, cachedTokens }: { atMs: number; cachedTokens: number }): void {
    this.#placed.push({
      atMs,
      prefillTokens: request.promptTokens - cachedTokens,
      kvTokens: request.promptTokens + request.maxTokens,
    });
  }

  expectedTtftMs(request: PlacementRequest, cachedTokens: number, loading: LoadingCosts): number {
    const since = this.#placed.reduce<SinceReport>(
      (sum, { prefillTokens, kvTokens }) => ({
        requests: sum.requests + 1,
        prefillTokens: sum.prefillTokens + prefillTokens,
        kvTokens: sum.kvTokens + kvTokens,
      }),
      { requests: 0, prefillTokens: 0, kvTokens: 0 },
    );
    const estimate = expectedTtftMs({ report: this.#report, since, request, cachedTokens, loading });
    return estimate * Math.exp(this.#logCorrection);
  }

  /** The first token of a placed request came. The estimate that was given had the correction in it already. */
  learn(expectedMs: number, actualMs: number): void {
    if (expectedMs <= 0 || actualMs <= 0) return;
    const limit = Math.log(maxCorrection);
    const observed = this.#logCorrection + Math.log(actualMs / expectedMs);
    const learned = this.#logCorrection * (1 - learningRate) + observed * learningRate;
    this.#logCorrection = Math.min(limit, Math.max(-limit, learned));
  }
}
