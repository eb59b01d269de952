/**
 * The adapters of a model on a device. Their weights lie there from the moment they are loaded; a run is given the mask
 * that says which row uses which.
 */
import type { LoraAdapter } from '../lora/adapter.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { BoundTensors } from '../runtime/bound-run.ts';
import { DeviceMemory } from '../runtime/device-memory.ts';
import type { ExecutionProvider } from '../runtime/execution-provider.ts';
import { elementCount } from '../weights/tensor.ts';
import { AdapterSet } from './adapter-set.ts';

export class DeviceAdapters {
  readonly #set: AdapterSet;
  readonly #provider: ExecutionProvider;
  #memory: DeviceMemory | undefined;
  #weights: BoundTensors = {};

  constructor(config: ModelConfig, provider: ExecutionProvider) {
    this.#set = new AdapterSet(config);
    this.#provider = provider;
  }

  get bytes(): number {
    return this.#memory?.bytes ?? 0;
  }

  has(id: string): boolean {
    return this.#set.has(id);
  }

  /** Throws `ADAPTER_INVALID`. */
  load(id: string, adapter: LoraAdapter): void {
    this.#set.load(id, adapter);
    this.#place();
  }

  unload(id: string): void {
    this.#set.unload(id);
    this.#place();
  }

  /** Throws `SESSION_INPUT_INVALID` for an adapter that is not loaded. */
  feedsFor(adapters: readonly (string | undefined)[]): BoundTensors {
    return { ...this.#weights, lora_mask: this.#set.maskFor(adapters) };
  }

  release(): void {
    this.#memory?.release();
    this.#memory = undefined;
    this.#weights = {};
  }

  /** Adapters stand side by side in one memory, so that of the former ones is given back whole. */
  #place(): void {
    const weights = Object.entries(this.#set.weights).filter(([, { dims }]) => elementCount(dims) > 0);
    this.release();
    if (weights.length === 0) return;
    const memory = new DeviceMemory(this.#provider);
    this.#memory = memory;
    this.#weights = Object.fromEntries(
      weights.map(([name, { dims, data }]) => {
        const tensor = memory.allocate(dims);
        memory.upload(tensor, data as Float32Array);
        return [name, tensor];
      }),
    );
  }
}
