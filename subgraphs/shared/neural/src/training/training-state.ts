import { createHash } from 'node:crypto';
import type { ParameterSpec } from '../architectures/parameters.ts';
import { bytesOf } from '../files.ts';
import type { Moment } from '../optimizers/optimizer.ts';
import { type HostTensor, hostTensors } from '../runtime/host-tensor.ts';
import { elementCount, type Tensor, type TensorMap } from '../weights/tensor.ts';
import { momentName, nextName } from './training-graph.ts';

/**
 * Parameters and the optimizer's moments, twice. A step reads the front and writes the back; only a step whose loss is finite turns
 * them around, so a failed step leaves the state as it was.
 */
export class TrainingState {
  /** Which of the two copies is the front. */
  side: 0 | 1 = 0;
  readonly #specs: readonly ParameterSpec[];
  #front: ReadonlyMap<string, Tensor>;
  #back: ReadonlyMap<string, Tensor>;
  #frontTensors: Readonly<Record<string, HostTensor>>;
  #backTensors: Readonly<Record<string, HostTensor>>;

  /** `initial` holds the parameters and may hold the moments (a checkpoint), else they start at zero. */
  constructor(
    specs: readonly ParameterSpec[],
    moments: readonly Moment[],
    options: {
      readonly initial: TensorMap;
      /** Where the parameters of either side lie; memory of the state's own when left out. */
      readonly parametersOf?: ((side: 0 | 1) => TensorMap) | undefined;
    },
  ) {
    const { initial, parametersOf } = options;
    this.#specs = specs;
    const allocateSide = (side: 0 | 1): ReadonlyMap<string, Tensor> =>
      new Map([
        ...(parametersOf?.(side) ?? zeros(stateTensors(specs, []))),
        ...zeros(stateTensors(specs, moments).slice(specs.length)),
      ]);
    this.#front = allocateSide(0);
    this.#back = allocateSide(1);
    for (const [name, tensor] of this.#front) {
      const source = initial.get(name);
      if (source !== undefined) tensor.data.set(source.data);
    }
    this.#frontTensors = hostTensors(this.#front);
    this.#backTensors = hostTensors(this.#back);
  }

  /** Feeds of the step that comes. */
  get feeds(): Readonly<Record<string, HostTensor>> {
    return this.#frontTensors;
  }

  /** Parameters only, for evaluation. */
  get parameterFeeds(): Readonly<Record<string, HostTensor>> {
    return Object.fromEntries(this.#specs.map(({ name }) => [name, this.#frontTensors[name]!]));
  }

  /** Pre-allocated outputs of the step that comes. */
  get fetches(): Readonly<Record<string, HostTensor>> {
    return Object.fromEntries(
      Object.entries(this.#backTensors).map(([name, tensor]) => [nextName(name), tensor]),
    );
  }

  turn(): void {
    this.side = this.side === 0 ? 1 : 0;
    [this.#front, this.#back] = [this.#back, this.#front];
    [this.#frontTensors, this.#backTensors] = [this.#backTensors, this.#frontTensors];
  }

  /** Copies, parameters before moments. */
  snapshot(): TensorMap {
    return new Map([...this.#front].map(([name, { dims, data }]) => [name, { dims, data: data.slice() }]));
  }

  parameters(): TensorMap {
    return new Map(
      this.#specs.map(({ name, dims }) => [name, { dims, data: this.#front.get(name)!.data.slice() }]),
    );
  }

  sha256(): string {
    const hash = createHash('sha256');
    for (const { data } of this.#front.values()) hash.update(bytesOf(data));
    return hash.digest('hex');
  }
}

/** Every tensor the state consists of, in the order they are hashed and stored. */
export function stateTensors(
  specs: readonly ParameterSpec[],
  moments: readonly Moment[],
): readonly { name: string; dims: readonly number[] }[] {
  return [
    ...specs.map(({ name, dims }) => ({ name, dims })),
    ...moments.flatMap((moment) => specs.map(({ name, dims }) => ({ name: momentName(moment, name), dims }))),
  ];
}

function zeros(tensors: readonly { name: string; dims: readonly number[] }[]): ReadonlyMap<string, Tensor> {
  return new Map(
    tensors.map(({ name, dims }) => [name, { dims, data: new Float32Array(elementCount(dims)) }]),
  );
}
