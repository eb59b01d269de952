/**
 * The worker of one device, kept alive.
 *
 *   STARTING --worker ready, models loaded--> READY --worker lost--> RECOVERING --the same--> READY
 *                                                     \--lost again and again--> UNHEALTHY --the same--> READY
 *
 * A worker is lost when it ends, and when it has work and gives no sign for `stallMs`: a driver can hang. Another is started at
 * once; an unhealthy device is tried on with growing pauses, and `detail` says what its workers died of.
 *
 * Invariant: what is heard is of the present worker alone, and after `onLost` nothing more of the lost one.
 */
import type { DeviceStatus } from '../__generated__/schema.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import type { EngineWorker } from './worker.ts';

export interface DeviceWorkerOptions {
  readonly start: () => EngineWorker;
  /** How long a worker with work may be silent before it is taken for lost. */
  readonly stallMs: number;
  /** Whether it has work that it should give signs of. */
  readonly isBusy: () => boolean;
  readonly onMessage: (message: FromWorker) => void;
  /** It is gone with all it had. */
  readonly onLost: (loss: WorkerLoss) => void;
  /** It fails, and ends with it. */
  readonly onError: (error: Error) => void;
}

export interface WorkerLoss {
  /** Its exit code, its signal, or why there was none of it. */
  readonly ended: string;
  readonly lostInARow: number;
  /** It had lived: it may have been at work. */
  readonly wasListening: boolean;
  /** For people: what it died of. */
  readonly detail: string;
}

/** Lost so often without having computed anything between, a device is unhealthy. */
const unhealthyAfter = 3;
const longestPauseMs = 5_000;

export class DeviceWorker {
  readonly #options: DeviceWorkerOptions;
  #worker: EngineWorker;
  #status: DeviceStatus = 'STARTING';
  /** False between the loss of a worker and its successor's first message: what is posted then is lost. */
  #isListening = false;
  #isClosing = false;
  #lostInARow = 0;
  /** What the present worker said before it ended, and what the last one ended of. */
  #fault: string | undefined;
  #detail: string | undefined;
  #lastSignAt = performance.now();
  readonly #watch: NodeJS.Timeout;

  constructor(options: DeviceWorkerOptions) {
    this.#options = options;
    this.#worker = this.#start();
    this.#watch = setInterval(() => this.#endStalled(), options.stallMs / 4).unref();
  }

  get status(): DeviceStatus {
    return this.#status;
  }

  /** What its last workers died of, until one computes again. */
  get detail(): string | undefined {
    return this.#detail;
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Tells, later, whether the worker of now is still the present one. */
  present(): () => boolean {
    const worker = this.#worker;
    return () => worker === this.#worker && !this.#isClosing;
  }

  /** Its models are loaded. */
  ready(): void {
    this.#status = 'READY';
  }

  /** It has computed something: what was before it is over. */
  computed(): void {
    this.#lostInARow = 0;
    this.#detail = undefined;
  }

  /** Ends it as a fault would. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#watch);
    await this.#worker.terminate();
  }

  #start(): EngineWorker {
    const { start, onMessage, onError } = this.#options;
    const worker = start();
    worker.on('message', (message: FromWorker) => {
      this.#lastSignAt = performance.now();
      if (worker !== this.#worker) return;
      if (message.type === 'ready') this.#isListening = true;
      onMessage(message);
    });
    worker.on('error', (error) => {
      this.#fault = error.message;
      onError(error);
    });
    worker.on('exit', (how) => {
      if (!this.#isClosing && worker === this.#worker) this.#recover(how);
    });
    return worker;
  }

  /** Whoever has just got work is given the time from then on. */
  #endStalled(): void {
    const { stallMs, isBusy } = this.#options;
    if (this.#status !== 'READY' || !isBusy()) this.#lastSignAt = performance.now();
    if (performance.now() - this.#lastSignAt < stallMs) return;
    this.#fault = `it gave no sign for ${stallMs} ms`;
    void this.#worker.terminate();
  }

  #recover(how: number | string): void {
    const wasListening = this.#isListening;
    this.#isListening = false;
    this.#lostInARow++;
    this.#status = this.#lostInARow < unhealthyAfter ? 'RECOVERING' : 'UNHEALTHY';
    const ended = typeof how === 'number' ? `exit code ${how}` : how;
    const detail = `Its worker was lost (${ended})${this.#fault === undefined ? '.' : `: ${this.#fault}`}`;
    this.#detail = detail;
    this.#fault = undefined;
    this.#options.onLost({ ended, lostInARow: this.#lostInARow, wasListening, detail });
    // The first restart is immediate; a worker that cannot live is not restarted in a tight loop.
    const pauseMs = this.#lostInARow === 1 ? 0 : Math.min(longestPauseMs, 100 * 2 ** this.#lostInARow);
    setTimeout(() => {
      if (!this.#isClosing) this.#worker = this.#start();
    }, pauseMs);
  }
}
