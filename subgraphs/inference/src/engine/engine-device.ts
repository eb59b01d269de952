/**
 * A device as the service sees it: one engine worker, kept alive.
 *
 *   STARTING --worker ready--> READY --worker lost--> RECOVERING --worker ready, models loaded--> READY
 *                                                      \--lost again and again--> UNHEALTHY --the same--> READY
 *
 * A worker is lost when it ends, and when it has work and gives no sign for `stallMs`: a driver can hang. An unhealthy device is tried on with growing pauses; `detail` says what its workers died of.
 *
 * Invariant: a request that was submitted ends exactly once, and its tokens are reported exactly once, in order. When
 * the worker is lost its requests go to another replica (`moveElsewhere`), or are submitted again to the device's next worker
 * once the models are loaded, with the tokens they have. A request under which three workers were lost is failed with
 * DEVICE_LOST: it may be what kills them; so is a model under whose loading as many were.
 */
import type { Logger } from '@fathom/platform/logging';
import type { DeviceStatus } from '../__generated__/resolvers.ts';
import type { ReplicaReport } from '../balancer/replica.ts';
import type { Device, DeviceKind } from '../devices/device.ts';
import { type Admission, admit } from '../domain/admission.ts';
import { createPrefillSpeed } from '../domain/prefill-speed.ts';
import { createRollingWindow } from '../domain/rolling-window.ts';
import { DeviceTexts, type ReadOutcome, type TextsInFlight, type TextsToRead } from './device-texts.ts';
import type {
  EngineEnd,
  EngineLoad,
  EngineRequest,
  FromWorker,
  LoadedModel,
  LoadModel,
  StepReport,
  ToWorker,
  WorkerOptions,
} from './protocol.ts';
import { deadlinePassed, RequestDeadlines } from './request-deadlines.ts';
import {
  afterLoss,
  continuationOf,
  inFlightOf,
  maxWorkersLost,
  type OwnEnd,
  type RequestInFlight,
  type RequestListener,
  tellAdmitted,
  tellEnd,
  tellToken,
} from './request-in-flight.ts';
import type { EngineWorker } from './worker.ts';

export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly model: LoadedModel }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

export interface DeviceSnapshot {
  readonly id: string;
  readonly kind: DeviceKind;
  readonly name: string;
  readonly status: DeviceStatus;
  /** What its last workers died of, until one computes again. */
  readonly detail: string | undefined;
  readonly threads: number;
  readonly activeSequences: number;
  readonly maxSequences: number;
  readonly queuedRequests: number;
  readonly busyRatio: number;
  readonly kvCacheUsage: number;
  readonly tokensPerSecond: number;
  readonly memoryBytes: number;
  /** Of the device; undefined where its driver does not say. */
  readonly memoryTotalBytes: number | undefined;
  /** What models on it may take; undefined where nothing bounds it. */
  readonly memoryLimitBytes: number | undefined;
  /** Version ids of what is loaded. */
  readonly loaded: readonly string[];
}

/** How its engine works, whatever it works on. */
export type EngineSettings = Omit<WorkerOptions, 'threads' | 'provider' | 'deviceMemoryBytes'>;

export interface EngineDeviceOptions {
  readonly device: Device;
  readonly worker: EngineSettings;
  readonly maxQueued: number;
  readonly startWorker: (options: WorkerOptions) => EngineWorker;
  readonly logger: Logger;
  /** How long a worker with work may be silent before it is taken for lost; a minute without it. */
  readonly stallMs?: number;
  readonly onTokens?: (count: number) => void;
  /** A prompt began to be computed, but for what was found in the cache. */
  readonly onPrompt?: (promptTokens: number, cachedTokens: number) => void;
  /** A resident model could not be loaded again after the worker was lost. */
  readonly onModelLost?: (versionId: string, message: string) => void;
  /** Has another replica take over a request of a lost worker; false if there is none. */
  readonly moveElsewhere?: (inFlight: RequestInFlight) => boolean;
  /** The same for texts that wait to be read. */
  readonly readElsewhere?: (texts: TextsInFlight) => Promise<ReadOutcome> | undefined;
  readonly onReady?: () => void;
}

/** Lost so often without having computed anything between, a device is unhealthy. */
const unhealthyAfter = 3;
/** Some seconds of work. */
const maxWaitingTexts = 4_096;
const windowMs = 10_000;
/** Far more than a step takes, also one for which a GPU's driver compiles first. */
const defaultStallMs = 60_000;
const idle: EngineLoad = { active: 0, waiting: 0, kvCacheUsage: 0, freeKvTokens: 0, memoryBytes: 0 };

export class EngineDevice {
  readonly id: string;
  readonly isPeer = false;
  readonly #options: EngineDeviceOptions;
  readonly #window = createRollingWindow({ windowMs, now: () => performance.now() });
  readonly #inFlight = new Map<string, RequestInFlight>();
  readonly #deadlines = new RequestDeadlines((inFlight) => this.#expire(inFlight));
  /** What is to be resident, in the order of loading: bases come before their adapters. */
  readonly #resident = new Map<string, LoadModel>();
  /** What its worker has, or will have again before it is READY. */
  readonly #loaded = new Map<string, LoadedModel>();
  readonly #prefillSpeed = createPrefillSpeed();
  readonly #texts = new DeviceTexts({
    maxWaitingTexts,
    hasVersions: () => this.#status === 'READY',
    readElsewhere: (texts) => this.#options.readElsewhere?.(texts),
    post: (message) => {
      if (this.#isListening) this.#post(message);
    },
  });
  readonly #loading = new Map<string, (outcome: LoadOutcome) => void>();
  /** Workers in a row that were lost while they loaded a version. */
  readonly #lostLoading = new Map<string, number>();
  #status: DeviceStatus = 'STARTING';
  #worker: EngineWorker;
  /** False between the loss of a worker and its successor's first message: what is posted then is lost. */
  #isListening = false;
  #load: EngineLoad = idle;
  #encoderBytes = 0;
  #meanRequestMs = 0;
  #isClosing = false;
  #lostInARow = 0;
  /** What the present worker said before it ended, and what the last one ended of. */
  #fault: string | undefined;
  #lastSignAt = performance.now();
  readonly #watch: NodeJS.Timeout;
  #detail: string | undefined;

  constructor(options: EngineDeviceOptions) {
    this.id = options.device.id;
    this.#options = options;
    this.#worker = this.#start();
    this.#watch = setInterval(() => this.#endStalled(), this.#stallMs / 4).unref();
  }

  get status(): DeviceStatus {
    return this.#status;
  }

  /** Whether one more request may be submitted now, or would be once `requests` of them are. */
  admission(requests = this.#inFlight.size): Admission {
    const { worker, maxQueued } = this.#options;
    return admit({
      requests,
      maxSequences: worker.maxSequences,
      maxQueued,
      meanRequestMs: this.#meanRequestMs,
    });
  }

  /** Loads a model and keeps it resident, also in later workers, until it is unloaded. */
  load(request: LoadModel): Promise<LoadOutcome> {
    const { versionId } = request;
    return new Promise((resolve) => {
      this.#loading.set(versionId, (outcome) => {
        if (outcome.kind === 'failed') this.#resident.delete(versionId);
        resolve(outcome);
      });
      this.#resident.set(versionId, request);
      if (this.#status === 'READY') this.#post(request);
    });
  }

  unload(versionId: string): void {
    this.#resident.delete(versionId);
    this.#loaded.delete(versionId);
    if (this.#isListening) this.#post({ type: 'unload', versionId });
  }

  submit(request: EngineRequest, listener: RequestListener): void {
    this.take(inFlightOf(request, listener));
  }

  /** Goes on with a request that another replica lost, or begins one. */
  take(inFlight: RequestInFlight): void {
    this.#inFlight.set(inFlight.request.id, inFlight);
    this.#deadlines.watch(inFlight);
    if (this.#status === 'READY') this.#resubmit(inFlight);
  }

  /** Gives its requests to other replicas, as far as they take them. They must not be on its worker. */
  handOver(): void {
    for (const inFlight of [...this.#inFlight.values()]) this.#moveElsewhere(inFlight);
  }

  /** Ends a request with reason CANCELLED; its slot is free within one step. Unknown ids are ignored. */
  cancel(id: string): void {
    const inFlight = this.#inFlight.get(id);
    if (!inFlight) return;
    inFlight.isCancelled = true;
    if (this.#status === 'READY') this.#post({ type: 'cancel', id });
    else this.#end(inFlight, { kind: 'finished', reason: 'CANCELLED', tailText: '' });
  }

  /** What a model makes of each text, in order, computed between the steps of the token streams. Never rejects. */
  readTexts(texts: TextsToRead): Promise<ReadOutcome> {
    return this.takeTexts({ ...texts, workersLost: 0 });
  }

  takeTexts(texts: TextsInFlight): Promise<ReadOutcome> {
    return this.#texts.read(texts);
  }

  snapshot(): DeviceSnapshot {
    const { worker, device } = this.#options;
    const activeSequences = Math.min(this.#load.active, this.#inFlight.size);
    return {
      id: this.id,
      kind: device.kind,
      name: device.name,
      status: this.#status,
      detail: this.#detail,
      threads: device.threads,
      activeSequences,
      maxSequences: worker.maxSequences,
      queuedRequests: this.#inFlight.size - activeSequences,
      ...this.#window.read(),
      kvCacheUsage: this.#load.kvCacheUsage,
      memoryBytes: this.#load.memoryBytes + this.#encoderBytes,
      memoryTotalBytes: device.memory.totalBytes,
      memoryLimitBytes: device.memory.limitBytes,
      loaded: [...this.#resident.keys()],
    };
  }

  /** The loaded version, also while the worker that has it is being replaced. */
  loaded(versionId: string): LoadedModel | undefined {
    return this.#loaded.get(versionId);
  }

  get waitingTexts(): number {
    return this.#texts.waitingTexts;
  }

  /** What a balancer places by. */
  report(): ReplicaReport {
    const { worker, maxQueued } = this.#options;
    const { activeSequences, queuedRequests } = this.snapshot();
    return {
      replicaId: this.id,
      atMs: performance.now(),
      status: this.#status === 'READY' ? 'READY' : 'RECOVERING',
      activeSequences,
      maxSequences: worker.maxSequences,
      queuedRequests,
      maxQueued,
      pendingPrefillTokens: this.#pendingPrefillTokens(),
      freeKvTokens: this.#load.freeKvTokens,
      prefillTokensPerSecond: this.#prefillSpeed.tokensPerSecond,
      meanRequestMs: this.#meanRequestMs,
      resident: new Set(this.#loaded.keys()),
    };
  }

  #pendingPrefillTokens(): number {
    let tokens = 0;
    for (const { request, cachedPromptTokens } of this.#inFlight.values())
      if (cachedPromptTokens === undefined) tokens += request.promptTokens.length;
    return tokens;
  }

  /** Ends the worker as a fault would; the device recovers. For operators and tests. */
  async killWorker(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Stops computing. Requests in flight get no end: they are continued by whoever resumes their generations. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#watch);
    this.#inFlight.clear();
    this.#deadlines.close();
    this.#texts.close();
    await this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #start(): EngineWorker {
    const { device, logger, startWorker } = this.#options;
    const worker = startWorker({
      ...this.#options.worker,
      threads: device.threads,
      provider: device.provider,
      deviceMemoryBytes: device.memory.limitBytes,
    });
    worker.on('message', (message: FromWorker) => {
      this.#lastSignAt = performance.now();
      if (worker === this.#worker) this.#receive(message);
    });
    worker.on('error', (error) => {
      this.#fault = error.message;
      logger.error({ err: error, device: this.id }, 'the engine worker failed');
    });
    worker.on('exit', (how) => {
      if (!this.#isClosing && worker === this.#worker) this.#recover(how);
    });
    return worker;
  }

  get #stallMs(): number {
    return this.#options.stallMs ?? defaultStallMs;
  }

  /** Whoever has just got work is given the time from then on; a model may take longer than that to load. */
  #endStalled(): void {
    const hasWork = this.#status === 'READY' && this.#inFlight.size > 0 && this.#loading.size === 0;
    if (!hasWork) this.#lastSignAt = performance.now();
    if (performance.now() - this.#lastSignAt < this.#stallMs) return;
    this.#fault = `it gave no sign for ${this.#stallMs} ms`;
    void this.#worker.terminate();
  }

  #recover(how: number | string): void {
    const wasListening = this.#isListening;
    this.#isListening = false;
    this.#load = idle;
    this.#lostInARow++;
    this.#status = this.#lostInARow < unhealthyAfter ? 'RECOVERING' : 'UNHEALTHY';
    const ended = typeof how === 'number' ? `exit code ${how}` : how;
    this.#detail = `Its worker was lost (${ended})${this.#fault === undefined ? '.' : `: ${this.#fault}`}`;
    this.#fault = undefined;
    this.#options.logger.warn(
      { device: this.id, ended, requests: this.#inFlight.size, lostInARow: this.#lostInARow },
      'the engine worker was lost and is restarted',
    );
    this.#encoderBytes = 0;
    if (wasListening) this.#afterLossLoading();
    for (const inFlight of [...this.#inFlight.values()]) this.#afterLoss(inFlight);
    this.#texts.workerLost();
    // The first restart is immediate; a worker that cannot live is not restarted in a tight loop.
    const delayMs = this.#lostInARow === 1 ? 0 : Math.min(5_000, 100 * 2 ** this.#lostInARow);
    setTimeout(() => {
      if (this.#isClosing) return;
      this.#worker = this.#start();
    }, delayMs);
  }

  /** Models are loaded one after another, in the order in which they were asked for. */
  #afterLossLoading(): void {
    const versionId = [...this.#resident.keys()].find((id) => this.#loading.has(id));
    if (versionId === undefined) return;
    const lost = (this.#lostLoading.get(versionId) ?? 0) + 1;
    this.#lostLoading.set(versionId, lost);
    if (lost < maxWorkersLost) return;
    const message = `The device lost ${lost} workers while they loaded this version. ${this.#detail}`;
    this.#settleLoad(versionId, { kind: 'failed', code: 'DEVICE_LOST', message });
  }

  #afterLoss(inFlight: RequestInFlight): void {
    const end = afterLoss(inFlight);
    if (end) this.#end(inFlight, end);
    else this.#moveElsewhere(inFlight);
  }

  #moveElsewhere(inFlight: RequestInFlight): void {
    if (this.#options.moveElsewhere?.(inFlight)) this.#forget(inFlight);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        void this.#ready(this.#worker);
        break;
      case 'loaded':
        this.#settleLoad(message.model.versionId, { kind: 'loaded', model: message.model });
        break;
      case 'load-failed': {
        const { versionId, code, message: why } = message;
        this.#settleLoad(versionId, { kind: 'failed', code, message: why });
        break;
      }
      case 'step':
        this.#report(message);
        break;
      case 'texts-step':
        this.#computed();
        this.#encoderBytes = message.encoderBytes;
        this.#window.add({ busyMs: message.busyMs, tokens: 0 });
        break;
      case 'texts-read':
      case 'texts-failed':
        this.#texts.receive(message);
        break;
    }
  }

  /** Models first, then requests: the worker loads aside, so requests wait until their models are there. */
  async #ready(worker: EngineWorker): Promise<void> {
    this.#isListening = true;
    this.#texts.workerReady();
    // One after another, so that it is known under which of them a worker was lost. What is asked for meanwhile joins them.
    for (const request of this.#resident.values()) {
      await this.#postLoad(request);
      if (worker !== this.#worker || this.#isClosing) return;
    }
    this.#status = 'READY';
    for (const inFlight of this.#inFlight.values()) this.#resubmit(inFlight);
    this.#texts.versionsLoaded();
    this.#options.onReady?.();
  }

  /** Resolves when the worker answered; the outcome goes to whoever asked for the load first. */
  #postLoad(request: LoadModel): Promise<void> {
    const { versionId } = request;
    return new Promise((resolve) => {
      const asked = this.#loading.get(versionId) ?? ((outcome) => this.#reloaded(versionId, outcome));
      this.#loading.set(versionId, (outcome) => {
        asked(outcome);
        resolve();
      });
      this.#post(request);
    });
  }

  #reloaded(versionId: string, outcome: LoadOutcome): void {
    if (outcome.kind === 'loaded') return;
    this.#resident.delete(versionId);
    this.#loaded.delete(versionId);
    this.#options.onModelLost?.(versionId, outcome.message);
  }

  #resubmit(inFlight: RequestInFlight): void {
    this.#post({ type: 'submit', request: continuationOf(inFlight) });
  }

  #settleLoad(versionId: string, outcome: LoadOutcome): void {
    const settle = this.#loading.get(versionId);
    this.#loading.delete(versionId);
    this.#lostLoading.delete(versionId);
    if (outcome.kind === 'loaded') {
      this.#loaded.set(versionId, outcome.model);
      this.#load = { ...this.#load, memoryBytes: this.#load.memoryBytes + outcome.model.memoryBytes };
    }
    settle?.(outcome);
  }

  #computed(): void {
    this.#lostInARow = 0;
    this.#detail = undefined;
  }

  #report(report: StepReport): void {
    this.#computed();
    this.#load = report.load;
    this.#window.add({ busyMs: report.busyMs, tokens: report.tokens.length });
    if (report.tokens.length > 0) this.#options.onTokens?.(report.tokens.length);
    for (const { id, deviceMs } of report.shares) {
      const inFlight = this.#inFlight.get(id);
      if (inFlight) inFlight.deviceMs += deviceMs;
    }
    for (const { id, cachedTokens } of report.prompts) this.#promptBegan(id, cachedTokens);
    for (const id of report.admitted) this.#admitted(id);
    for (const token of report.tokens) {
      const inFlight = this.#inFlight.get(token.id);
      if (!inFlight) continue;
      if (token.index === 0) this.#prefillSpeed.add(inFlight);
      tellToken(inFlight, token);
    }
    for (const end of report.ended) this.#reportEnd(end);
  }

  #admitted(id: string): void {
    const inFlight = this.#inFlight.get(id);
    if (inFlight) tellAdmitted(inFlight);
  }

  /** Behind a lost worker the prompt is computed again, but what a client pays is what it was the first time. */
  #promptBegan(id: string, cachedTokens: number): void {
    const inFlight = this.#inFlight.get(id);
    if (!inFlight || inFlight.cachedPromptTokens !== undefined) return;
    const promptTokens = inFlight.request.promptTokens.length;
    inFlight.cachedPromptTokens = Math.min(cachedTokens, promptTokens);
    this.#options.onPrompt?.(promptTokens, inFlight.cachedPromptTokens);
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
      this.#end(inFlight, { kind: 'failed', code: end.code, message: end.message });
    }
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
    if (this.#status === 'READY') this.#post({ type: 'cancel', id: inFlight.request.id });
    this.#end(inFlight, deadlinePassed);
  }
}
