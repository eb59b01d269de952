import { type Projection, projectionDims, projections } from '../architectures/llama-parameters.ts';
import { NeuralError } from '../errors.ts';
import { checkAdapter, type LoraAdapter, loraName } from '../lora/adapter.ts';
import type { ModelConfig } from '../models/model-config.ts';
import { floats, type HostTensor, type HostTensors } from '../runtime/host-tensor.ts';
import { loraInputName } from './decoder-graph.ts';
import { padHeadColumns, padProjection, servedHeadSize } from './head-padding.ts';
import { transposeMatrix } from './quantize.ts';

interface Loaded {
  readonly adapter: LoraAdapter;
  /** Where its ranks begin among those of all adapters. */
  readonly firstRank: number;
}

/**
 * All loaded adapters as one wide adapter: their ranks side by side, and per row a mask that lets through the ranks of
 * the adapter the row uses. One batch can so mix the base model and any adapters (S-LoRA's idea on dense operators).
 */
export class AdapterSet {
  readonly #config: ModelConfig;
  #loaded: ReadonlyMap<string, Loaded> = new Map();
  #totalRank = 0;
  #feeds: HostTensors = {};

  constructor(config: ModelConfig) {
    this.#config = config;
  }

  has(id: string): boolean {
    return this.#loaded.has(id);
  }

  /** Replaces an adapter of the same id. Throws `ADAPTER_INVALID`. */
  load(id: string, adapter: LoraAdapter): void {
    checkAdapter(this.#config, adapter);
    const adapters = new Map([...this.#loaded].map(([name, loaded]) => [name, loaded.adapter]));
    this.#rebuild(adapters.set(id, adapter));
  }

  unload(id: string): void {
    const adapters = new Map([...this.#loaded].map(([name, loaded]) => [name, loaded.adapter]));
    if (adapters.delete(id)) this.#rebuild(adapters);
  }

  /** All adapters side by side, whatever rows there are. */
  get weights(): HostTensors {
    return this.#feeds;
  }

  /** Throws `SESSION_INPUT_INVALID` for an adapter that is not loaded. */
  feedsFor(adapters: readonly (string | undefined)[]): HostTensors {
    return { ...this.#feeds, lora_mask: this.maskFor(adapters) };
  }

  /** What lets each row's own adapter through. Throws `SESSION_INPUT_INVALID` for one that is not loaded. */
  maskFor(adapters: readonly (string | undefined)[]): HostTensor {
    const mask = new Float32Array(adapters.length * this.#totalRank);
    adapters.forEach((id, row) => {
      if (id === undefined) return;
      const loaded = this.#loaded.get(id);
      if (loaded === undefined) throw new NeuralError('SESSION_INPUT_INVALID', `adapter ${id} is not loaded`);
      const { adapter, firstRank } = loaded;
      const start = row * this.#totalRank + firstRank;
      mask.fill(adapter.alpha / adapter.rank, start, start + adapter.rank);
    });
    return floats([adapters.length, this.#totalRank], mask);
  }

  #rebuild(adapters: ReadonlyMap<string, LoraAdapter>): void {
    let firstRank = 0;
    const loaded = new Map<string, Loaded>();
    for (const [id, adapter] of adapters) {
      loaded.set(id, { adapter, firstRank });
      firstRank += adapter.rank;
    }
    this.#loaded = loaded;
    this.#totalRank = firstRank;
    this.#feeds = Object.fromEntries(
      Array.from({ length: this.#config.layers }, (_, layer) =>
        projections.flatMap((projection) => this.#siteTensors(layer, projection)),
      ).flat(),
    );
  }

  #siteTensors(layer: number, projection: Projection): [string, HostTensor][] {
    const sizes = { own: this.#config.headSize, served: servedHeadSize(this.#config.headSize) };
    const [out, width] = projectionDims({ ...this.#config, headSize: sizes.served }, projection);
    const rank = this.#totalRank;
    const a = new Float32Array(rank * width);
    const b = new Float32Array(rank * out);
    for (const { adapter, firstRank } of this.#loaded.values()) {
      const lowA = adapter.tensors.get(loraName(layer, projection, 'A'));
      const lowB = adapter.tensors.get(loraName(layer, projection, 'B'));
      if (lowA === undefined || lowB === undefined) continue;
      const [intoRank, fromRank] =
        projection === 'o_proj'
          ? [padHeadColumns(lowA, sizes), lowB]
          : [lowA, padProjection(lowB, projection, sizes)];
      a.set(intoRank.data, firstRank * width);
      b.set(transposeMatrix(fromRank.data, out, adapter.rank), firstRank * out);
    }
    return [
      [loraInputName('a', layer, projection), floats([width, rank], transposeMatrix(a, rank, width))],
      [loraInputName('b', layer, projection), floats([rank, out], b)],
    ];
  }
}
