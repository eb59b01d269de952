/**
 * A device as the service sees it: requests go in, and what its worker's steps give comes out to whom it belongs.
 *
 *   take, load, readTexts --> device-requests, device-models, device-texts --> device-worker --> the engine (`engine-core`)
 *   listeners             <-- device-requests, device-models, device-texts <-- device-worker <-- reports of its steps
 *
 * Here it is put together: what a message is for, what is lost with a worker, and that its successor is given the models
 * before the requests that wait for them.
 */
import type { DeviceStatus } from '../__generated__/schema.ts';
import type { ReplicaReport } from '../balancer/replica.ts';
import { type Admission, admit } from '../domain/admission.ts';
import { DeviceFigures } from './device-figures.ts';
import { DeviceModels, type LoadOutcome } from './device-models.ts';
import { DeviceRequests } from './device-requests.ts';
import type { DeviceSnapshot } from './device-snapshot.ts';
import { DeviceTexts, type ReadOutcome, type TextsInFlight, type TextsToRead } from './device-texts.ts';
import { DeviceWorker, type WorkerLoss } from './device-worker.ts';
import type { EngineDeviceOptions } from './engine-device-options.ts';
import type { EngineRequest, FromWorker, LoadedModel, LoadModel, StepReport, ToWorker } from './protocol.ts';
import { inFlightOf, type RequestInFlight, type RequestListener } from './request-in-flight.ts';
import type { EngineWorker } from './worker.ts';

/** Some seconds of work. */
const maxWaitingTexts = 4_096;
/** Far more than a step takes, also one for which a GPU's driver compiles first. */
const defaultStallMs = 60_000;

export class EngineDevice {
  readonly id: string;
  readonly isPeer = false;
  readonly #options: EngineDeviceOptions;
  readonly #worker: DeviceWorker;
  readonly #requests: DeviceRequests;
  readonly #models: DeviceModels;
  readonly #texts: DeviceTexts;
  readonly #figures: DeviceFigures;

  constructor(options: EngineDeviceOptions) {
    const { device, logger, stallMs = defaultStallMs } = options;
    this.id = device.id;
    this.#options = options;
    const post = (message: ToWorker): void => this.#worker.post(message);
    const isReady = (): boolean => this.status === 'READY';
    const onMemoryExhausted = (id: string, message: string): void =>
      logger.warn({ device: this.id, request: id, message }, 'a request had no memory on the device');
    this.#requests = new DeviceRequests({
      post,
      isReady,
      moveElsewhere: (inFlight) => options.moveElsewhere?.(inFlight) ?? false,
      onPrompt: (promptTokens, cachedTokens) => options.onPrompt?.(promptTokens, cachedTokens),
      onMemoryExhausted,
    });
    this.#models = new DeviceModels({
      post,
      onModelLost: (versionId, message) => options.onModelLost?.(versionId, message),
    });
    this.#texts = new DeviceTexts({
      maxWaitingTexts,
      hasVersions: isReady,
      readElsewhere: (texts) => options.readElsewhere?.(texts),
      onMemoryExhausted,
      post: (message) => {
        if (this.#worker.isListening) post(message);
      },
    });
    this.#worker = new DeviceWorker({
      start: () => this.#startWorker(),
      stallMs,
      // A model may take longer to load than that.
      isBusy: () => this.#requests.size > 0 && !this.#models.isLoading,
      onMessage: (message) => this.#receive(message),
      onError: (err) => logger.error({ err, device: this.id }, 'the engine worker failed'),
      onLost: (loss) => this.#workerLost(loss),
    });
    const { worker: settings, maxQueued } = options;
    this.#figures = new DeviceFigures({
      device,
      maxSequences: settings.maxSequences,
      maxQueued,
      worker: this.#worker,
      requests: this.#requests,
      models: this.#models,
    });
  }

  get status(): DeviceStatus {
    return this.#worker.status;
  }

  /** Whether one more request may be submitted now, or would be once `requests` of them are. */
  admission(requests = this.#requests.size): Admission {
    const { worker, maxQueued } = this.#options;
    const { meanRequestMs } = this.#requests;
    return admit({ requests, maxSequences: worker.maxSequences, maxQueued, meanRequestMs });
  }

  /** Loads a model and keeps it resident, also in later workers, until it is unloaded. */
  load(request: LoadModel): Promise<LoadOutcome> {
    return this.#models.load(request, this.status === 'READY');
  }

  unload(versionId: string): void {
    this.#models.unload(versionId);
    if (this.#worker.isListening) this.#worker.post({ type: 'unload', versionId });
  }

  submit(request: EngineRequest, listener: RequestListener): void {
    this.take(inFlightOf(request, listener));
  }

  /** Goes on with a request that another replica lost, or begins one. */
  take(inFlight: RequestInFlight): void {
    this.#requests.take(inFlight);
  }

  /** Gives its requests to other replicas, as far as they take them. They must not be on its worker. */
  handOver(): void {
    this.#requests.handOver();
  }

  /** Ends a request with reason CANCELLED; its slot is free within one step. Unknown ids are ignored. */
  cancel(id: string): void {
    this.#requests.cancel(id);
  }

  /** What a model makes of each text, in order, computed between the steps of the token streams. Never rejects. */
  readTexts(texts: TextsToRead): Promise<ReadOutcome> {
    return this.takeTexts({ ...texts, workersLost: 0 });
  }

  takeTexts(texts: TextsInFlight): Promise<ReadOutcome> {
    return this.#texts.read(texts);
  }

  snapshot(): DeviceSnapshot {
    return this.#figures.snapshot();
  }

  /** The loaded version, also while the worker that has it is being replaced. */
  loaded(versionId: string): LoadedModel | undefined {
    return this.#models.loaded(versionId);
  }

  get waitingTexts(): number {
    return this.#texts.waitingTexts;
  }

  /** What a balancer places by. */
  report(): ReplicaReport {
    return this.#figures.report();
  }

  /** Ends the worker as a fault would; the device recovers. For operators and tests. */
  async killWorker(): Promise<void> {
    await this.#worker.kill();
  }

  /** Stops computing. Requests in flight get no end: they are continued by whoever resumes their generations. */
  async close(): Promise<void> {
    const closed = this.#worker.close();
    this.#requests.close();
    this.#texts.close();
    await closed;
  }

  #startWorker(): EngineWorker {
    const { device, worker, startWorker } = this.#options;
    return startWorker({
      ...worker,
      threads: device.threads,
      provider: device.provider,
      deviceMemoryBytes: device.memory.limitBytes,
    });
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        void this.#workerReady();
        break;
      case 'loaded': {
        const { model } = message;
        this.#figures.loaded(model);
        this.#models.settle(model.versionId, { kind: 'loaded', model });
        break;
      }
      case 'load-failed': {
        const { versionId, code, message: why } = message;
        this.#models.settle(versionId, { kind: 'failed', code, message: why });
        break;
      }
      case 'step':
        this.#stepped(message);
        break;
      case 'texts-step':
        this.#worker.computed();
        this.#figures.readTexts(message);
        break;
      case 'texts-read':
      case 'texts-failed':
        this.#texts.receive(message);
        break;
    }
  }

  /** Models first, then requests: the worker loads aside, so requests wait until their models are there. */
  async #workerReady(): Promise<void> {
    this.#texts.workerReady();
    const isLoaded = await this.#models.loadAll(this.#worker.present());
    if (!isLoaded) return;
    this.#worker.ready();
    this.#requests.workerReady();
    this.#texts.versionsLoaded();
    this.#options.onReady?.();
  }

  #stepped(report: StepReport): void {
    this.#worker.computed();
    const tokens = report.tokens.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0);
    this.#figures.stepped(report, tokens);
    if (tokens > 0) this.#options.onTokens?.(tokens);
    this.#requests.report(report);
  }

  #workerLost({ ended, lostInARow, wasListening, detail }: WorkerLoss): void {
    const fields = { device: this.id, ended, requests: this.#requests.size, lostInARow };
    this.#options.logger.warn(fields, 'the engine worker was lost and is restarted');
    this.#figures.workerLost();
    if (wasListening) this.#models.workerLost(detail);
    this.#requests.workerLost();
    this.#texts.workerLost();
  }
}
