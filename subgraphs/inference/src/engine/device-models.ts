/**
 * The models of one device: what is to be resident on it, and what its worker has.
 *
 * A version that was asked for stays resident, also in later workers, until it is unloaded or refused. Models are loaded one
 * after another, in the order in which they were asked for, bases before their adapters, so that it is known under which of
 * them a worker was lost. One under whose loading three workers in a row were lost is refused with DEVICE_LOST.
 *
 * Invariant: whoever asked for a version hears one outcome.
 */
import type { LoadedModel, LoadModel, ToWorker } from './protocol.ts';
import { maxWorkersLost } from './request-in-flight.ts';

export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly model: LoadedModel }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

export interface DeviceModelsOptions {
  readonly post: (message: ToWorker) => void;
  /** A resident model could not be loaded again after the worker was lost. */
  readonly onModelLost: (versionId: string, message: string) => void;
}

export class DeviceModels {
  readonly #options: DeviceModelsOptions;
  readonly #resident = new Map<string, LoadModel>();
  /** What its worker has, or will have again before the device is READY. */
  readonly #loaded = new Map<string, LoadedModel>();
  readonly #loading = new Map<string, (outcome: LoadOutcome) => void>();
  /** Workers in a row that were lost while they loaded a version. */
  readonly #lostLoading = new Map<string, number>();

  constructor(options: DeviceModelsOptions) {
    this.#options = options;
  }

  /** Version ids of what is to be resident. */
  get resident(): readonly string[] {
    return [...this.#resident.keys()];
  }

  get loadedIds(): ReadonlySet<string> {
    return new Set(this.#loaded.keys());
  }

  get isLoading(): boolean {
    return this.#loading.size > 0;
  }

  /** The loaded version, also while the worker that has it is being replaced. */
  loaded(versionId: string): LoadedModel | undefined {
    return this.#loaded.get(versionId);
  }

  /** With a worker that is not ready, it is loaded with the others. */
  load(request: LoadModel, isReady: boolean): Promise<LoadOutcome> {
    const { versionId } = request;
    return new Promise((resolve) => {
      this.#loading.set(versionId, (outcome) => {
        if (outcome.kind === 'failed') this.#resident.delete(versionId);
        resolve(outcome);
      });
      this.#resident.set(versionId, request);
      if (isReady) this.#options.post(request);
    });
  }

  unload(versionId: string): void {
    this.#resident.delete(versionId);
    this.#loaded.delete(versionId);
  }

  /** Gives a new worker all that is to be resident; what is asked for meanwhile joins. False if that worker was lost too. */
  async loadAll(isPresent: () => boolean): Promise<boolean> {
    for (const request of this.#resident.values()) {
      await this.#postLoad(request);
      if (!isPresent()) return false;
    }
    return true;
  }

  settle(versionId: string, outcome: LoadOutcome): void {
    const settle = this.#loading.get(versionId);
    this.#loading.delete(versionId);
    this.#lostLoading.delete(versionId);
    if (outcome.kind === 'loaded') this.#loaded.set(versionId, outcome.model);
    settle?.(outcome);
  }

  /** The worker that loaded is lost, of what `detail` says. */
  workerLost(detail: string): void {
    const versionId = [...this.#resident.keys()].find((id) => this.#loading.has(id));
    if (versionId === undefined) return;
    const lost = (this.#lostLoading.get(versionId) ?? 0) + 1;
    this.#lostLoading.set(versionId, lost);
    if (lost < maxWorkersLost) return;
    const message = `The device lost ${lost} workers while they loaded this version. ${detail}`;
    this.settle(versionId, { kind: 'failed', code: 'DEVICE_LOST', message });
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
      this.#options.post(request);
    });
  }

  #reloaded(versionId: string, outcome: LoadOutcome): void {
    if (outcome.kind === 'loaded') return;
    this.unload(versionId);
    this.#options.onModelLost(versionId, outcome.message);
  }
}
