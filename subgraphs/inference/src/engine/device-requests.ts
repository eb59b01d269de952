/**
 * The requests of one device: each from when the device takes it until it ends here or another replica has it.
 *
 * One for which the device lacks memory alone goes to another replica too, where there is one.
 *
 * Invariant: a request ends exactly once, and its tokens are reported exactly once, in order. When the worker is lost each goes
 * to another replica (`moveElsewhere`), or is submitted again to the next worker with the tokens it has. One under which three
 * workers were lost is failed with DEVICE_LOST: it may be what kills them.
 */
import { createPrefillSpeed } from '../domain/prefill-speed.ts';
import type { EngineEnd, EngineTokens, StepReport, ToWorker } from './protocol.ts';
import { deadlinePassed, RequestDeadlines } from './request-deadlines.ts';
import {
  afterLoss,
  continuationOf,
  type OwnEnd,
  type RequestInFlight,
  tellAdmitted,
  tellEnd,
  tellToken,
} from './request-in-flight.ts';

export interface DeviceRequestsOptions {
  readonly post: (message: ToWorker) => void;
  /** Whether its worker has the requests; otherwise they wait for the next. */
  readonly isReady: () => boolean;
  readonly moveElsewhere: (inFlight: RequestInFlight) => boolean;
  readonly onPrompt: (promptTokens: number, cachedTokens: number) => void;
  /** It could not be computed here. */
  readonly onMemoryExhausted: (id: string, message: string) => void;
}

export class DeviceRequests {
  readonly #options: DeviceRequestsOptions;
  readonly #inFlight = new Map<string, RequestInFlight>();
  readonly #deadlines = new RequestDeadlines((inFlight) => this.#expire(inFlight));
  readonly #prefillSpeed = createPrefillSpeed();
  /** On their way to the worker: what is submitted in one go is posted at its end. */
  #unposted: RequestInFlight[] = [];
  #meanRequestMs = 0;

  constructor(options: DeviceRequestsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#inFlight.size;
  }

  get meanRequestMs(): number {
    return this.#meanRequestMs;
  }

  get prefillTokensPerSecond(): number {
    return this.#prefillSpeed.tokensPerSecond;
  }

  /** Of prompts that nobody has begun to compute. */
  get pendingPrefillTokens(): number {
    let tokens = 0;
    for (const { request, cachedPromptTokens } of this.#inFlight.values())
      if (cachedPromptTokens === undefined) tokens += request.promptTokens.length;
    return tokens;
  }

  take(inFlight: RequestInFlight): void {
    this.#inFlight.set(inFlight.request.id, inFlight);
    this.#deadlines.watch(inFlight);
    if (this.#options.isReady()) this.#submit(inFlight);
  }

  cancel(id: string): void {
    const inFlight = this.#inFlight.get(id);
    if (!inFlight) return;
    inFlight.isCancelled = true;
    if (this.#options.isReady()) this.#postCancel(id);
    else this.#end(inFlight, { kind: 'finished', reason: 'CANCELLED', tailText: '' });
  }

  /** Gives them to other replicas, as far as they take them. They must not be on its worker. */
  handOver(): void {
    for (const inFlight of [...this.#inFlight.values()]) this.#moveElsewhere(inFlight);
  }

  workerLost(): void {
    this.#unposted = [];
    for (const inFlight of [...this.#inFlight.values()]) {
      const end = afterLoss(inFlight);
      if (end) this.#end(inFlight, end);
      else this.#moveElsewhere(inFlight);
    }
  }

  /** The next worker has the models: it gets all that waited for it. */
  workerReady(): void {
    for (const inFlight of this.#inFlight.values()) this.#submit(inFlight);
  }

  /** What steps gave, told to whom it belongs. What has ended meanwhile has nobody to tell. */
  report({ shares, prompts, admitted, tokens, ended }: StepReport): void {
    for (const { id, deviceMs } of shares) {
      const inFlight = this.#inFlight.get(id);
      if (inFlight) inFlight.deviceMs += deviceMs;
    }
    for (const { id, cachedTokens } of prompts) this.#promptBegan(id, cachedTokens);
    for (const id of admitted) {
      const inFlight = this.#inFlight.get(id);
      if (inFlight) tellAdmitted(inFlight);
    }
    for (const ofOne of tokens) this.#tellTokens(ofOne);
    for (const end of ended) this.#reportEnd(end);
  }

  #tellTokens({ id, index, tokenIds, texts, logProbabilities, tops }: EngineTokens): void {
    const inFlight = this.#inFlight.get(id);
    for (const [at, tokenId] of tokenIds.entries()) {
      // Whoever hears a token may end the request by it.
      if (!inFlight || this.#inFlight.get(id) !== inFlight) return;
      if (index + at === 0) this.#prefillSpeed.add(inFlight);
      const [text = '', logProbability = 0] = [texts[at], logProbabilities[at]];
      tellToken(inFlight, { id, index: index + at, tokenId, text, logProbability, top: tops?.[at] });
    }
  }

  /** They get no end: they are continued by whoever resumes their generations. */
  close(): void {
    this.#inFlight.clear();
    this.#unposted = [];
    this.#deadlines.close();
  }

  #submit(inFlight: RequestInFlight): void {
    if (this.#unposted.push(inFlight) === 1) queueMicrotask(() => this.#postSubmitted());
  }

  #postSubmitted(): void {
    if (this.#unposted.length === 0) return;
    const requests = this.#unposted.map(continuationOf);
    this.#unposted = [];
    this.#options.post({ type: 'submit', requests });
  }

  #postCancel(id: string): void {
    this.#postSubmitted();
    this.#options.post({ type: 'cancel', id });
  }

  #moveElsewhere(inFlight: RequestInFlight): void {
    if (this.#options.moveElsewhere(inFlight)) this.#forget(inFlight);
  }

  /** Behind a lost worker the prompt is computed again, but what a client pays is what it was the first time. */
  #promptBegan(id: string, cachedTokens: number): void {
    const inFlight = this.#inFlight.get(id);
    if (!inFlight || inFlight.cachedPromptTokens !== undefined) return;
    const promptTokens = inFlight.request.promptTokens.length;
    inFlight.cachedPromptTokens = Math.min(cachedTokens, promptTokens);
    this.#options.onPrompt(promptTokens, inFlight.cachedPromptTokens);
  }

  #reportEnd(end: EngineEnd): void {
    const inFlight = this.#inFlight.get(end.id);
    if (!inFlight) return;
    if (end.kind === 'finished') {
      const elapsedMs = performance.now() - inFlight.submittedAt;
      this.#meanRequestMs =
        this.#meanRequestMs === 0 ? elapsedMs : this.#meanRequestMs * 0.9 + elapsedMs * 0.1;
      this.#end(inFlight, { kind: 'finished', reason: end.reason, tailText: end.tailText });
    } else {
      const failed = { kind: 'failed', code: end.code, message: end.message } as const;
      if (end.code === 'MEMORY_EXHAUSTED') this.#giveUp(inFlight, failed);
      else this.#end(inFlight, failed);
    }
  }

  /** Where it can go nowhere, or has been to as many as it may, it ends as what it is. */
  #giveUp(inFlight: RequestInFlight, failed: Extract<OwnEnd, { kind: 'failed' }>): void {
    this.#options.onMemoryExhausted(inFlight.request.id, failed.message);
    const last = afterLoss(inFlight);
    if (last) this.#end(inFlight, last.kind === 'failed' ? failed : last);
    else if (this.#options.moveElsewhere(inFlight)) this.#forget(inFlight);
    else this.#end(inFlight, failed);
  }

  #end(inFlight: RequestInFlight, end: OwnEnd): void {
    this.#forget(inFlight);
    tellEnd(inFlight, end);
  }

  #forget({ request: { id } }: RequestInFlight): void {
    this.#inFlight.delete(id);
    this.#deadlines.forget(id);
  }

  /** Also without a worker that would see it. One that has it frees the slot within one step. */
  #expire(inFlight: RequestInFlight): void {
    if (this.#options.isReady()) this.#postCancel(inFlight.request.id);
    this.#end(inFlight, deadlinePassed);
  }
}
