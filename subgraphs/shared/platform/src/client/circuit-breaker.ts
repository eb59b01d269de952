/**
 * Stops calling a peer that does not answer, so that callers fail at once instead of queueing behind its timeouts.
 *
 *   closed --(`failures` in a row)--> open --(`openMs` passed)--> half-open --success--> closed
 *                                       ^------------failure---------'
 *
 * In half-open, one call goes through as a probe; the others are refused as in open.
 */
import { raisePlatform } from '../errors.ts';

export type CircuitState = 'closed' | 'open' | 'half-open';

/** `failure`: the peer is unwell; `answer`: it refused, as a healthy peer may; `neutral`: it was not its doing. */
export type Verdict = 'failure' | 'answer' | 'neutral';

export type CircuitPass = 'call' | 'probe';

export interface CircuitBreakerOptions {
  /** The peer, as errors and metrics name it. */
  readonly name: string;
  /** Failures in a row that open the circuit. Default 5. */
  readonly failures?: number;
  /** How long it stays open. Default 5,000. */
  readonly openMs?: number;
  /** Default: a monotonic clock, ms. */
  readonly now?: () => number;
  readonly onChange?: (state: CircuitState) => void;
}

export class CircuitBreaker {
  readonly #name: string;
  readonly #maxFailures: number;
  readonly #openMs: number;
  readonly #now: () => number;
  readonly #onChange: (state: CircuitState) => void;
  #state: CircuitState = 'closed';
  #failuresInARow = 0;
  #openedAt = 0;

  constructor({
    name,
    failures = 5,
    openMs = 5_000,
    now = () => performance.now(),
    onChange = () => undefined,
  }: CircuitBreakerOptions) {
    this.#name = name;
    this.#maxFailures = failures;
    this.#openMs = openMs;
    this.#now = now;
    this.#onChange = onChange;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /**
   * Runs `call` unless the circuit is open. `judge` tells what an error says of the peer. Throws AppError
   * DEPENDENCY_UNAVAILABLE with `retryAfterMs` while open.
   */
  async run<T>(call: () => Promise<T>, judge: (error: unknown) => Verdict = () => 'failure'): Promise<T> {
    const pass = this.enter();
    try {
      const result = await call();
      this.leave(pass, 'answer');
      return result;
    } catch (error) {
      this.leave(pass, judge(error));
      throw error;
    }
  }

  /** The two halves of {@link run}, for who cannot wrap the call: what `enter` returns belongs to `leave`. */
  enter(): CircuitPass {
    this.#admit();
    return this.#state === 'half-open' ? 'probe' : 'call';
  }

  leave(pass: CircuitPass, verdict: Verdict): void {
    if (verdict === 'failure') this.#failed(pass === 'probe');
    else if (verdict === 'answer') this.#succeeded();
    else if (pass === 'probe') this.#become('open'); // The next call probes again.
  }

  #admit(): void {
    if (this.#state === 'closed') return;
    const remainingMs = this.#openedAt + this.#openMs - this.#now();
    if (this.#state === 'open' && remainingMs <= 0) {
      this.#become('half-open');
      return;
    }
    throw raisePlatform('DEPENDENCY_UNAVAILABLE', {
      because: `${this.#name} failed repeatedly and is not asked for now`,
      details: { dependency: this.#name, retryAfterMs: Math.max(0, Math.ceil(remainingMs)) },
    });
  }

  #succeeded(): void {
    this.#failuresInARow = 0;
    this.#become('closed');
  }

  #failed(wasProbe: boolean): void {
    this.#failuresInARow += 1;
    // Calls that began while closed may fail long after it opened; they do not prolong it.
    if (!wasProbe && (this.#state !== 'closed' || this.#failuresInARow < this.#maxFailures)) return;
    this.#openedAt = this.#now();
    this.#become('open');
  }

  #become(state: CircuitState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#onChange(state);
  }
}
