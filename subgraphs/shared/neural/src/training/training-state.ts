import { createHash } from 'node:crypto';
import type { ParameterSpec } from '../architectures/parameters.ts';
import { bytesOf } from '../files.ts';
import type { Moment } from '../optimizers/optimizer.ts';
import { type HostTensors, hostTensors } from '../runtime/host-tensor.ts';
import type { Tensor, TensorMap } from '../weights/tensor.ts';
import type { MemoryLayout } from './parameter-memory.ts';
import { momentName, nextName } from './training-graph.ts';

/** One copy of the state: its tensors, and the stretches of the same memory. */
interface Side {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly named: HostTensors;
  readonly stretches: HostTensors;
}

/**
 * Parameters and the optimizer's moments, twice. A step reads the front and writes the back; only a step whose loss is finite turns
 * them around, so a failed step leaves the state as it was.
 */
export class TrainingState {
  /** Which of the two copies is the front. */
  side: 0 | 1 = 0;
  readonly #layout: MemoryLayout;
  readonly #sides: readonly [Side, Side];

  /** `initial` holds the parameters and may hold the moments (a checkpoint), else they start at zero. */
  constructor(
    layout: MemoryLayout,
    moments: readonly Moment[],
    options: {
      readonly initial: TensorMap;
      /** Where the parameters of either side lie; memory of the state's own when left out. */
      readonly parametersOf?: ((side: 0 | 1) => Float32Array) | undefined;
    },
  ) {
    const { initial, parametersOf } = options;
    this.#layout = layout;
    this.#sides = [
      createSide(layout, moments, parametersOf?.(0)),
      createSide(layout, moments, parametersOf?.(1)),
    ];
    for (const [name, tensor] of this.#sides[0].tensors) {
      const source = initial.get(name);
      if (source !== undefined) tensor.data.set(source.data);
    }
  }

  /** Feeds of the step that comes, tensor by tensor. */
  get feeds(): HostTensors {
    return this.#front.named;
  }

  /** Pre-allocated outputs of the step that comes. */
  get fetches(): HostTensors {
    return nextOf(this.#back.named);
  }

  /** The same memory as `feeds` and `fetches`, stretch by stretch. */
  get stretchFeeds(): HostTensors {
    return this.#front.stretches;
  }

  get stretchFetches(): HostTensors {
    return nextOf(this.#back.stretches);
  }

  /** Parameters only, for evaluation. */
  get parameterFeeds(): HostTensors {
    return Object.fromEntries(this.#layout.names.map((name) => [name, this.#front.named[name]!]));
  }

  turn(): void {
    this.side = this.side === 0 ? 1 : 0;
  }

  /** Copies, parameters before moments. */
  snapshot(): TensorMap {
    return copied([...this.#front.tensors.keys()], this.#front.tensors);
  }

  parameters(): TensorMap {
    return copied(this.#layout.names, this.#front.tensors);
  }

  sha256(): string {
    const hash = createHash('sha256');
    for (const { data } of this.#front.tensors.values()) hash.update(bytesOf(data));
    return hash.digest('hex');
  }

  get #front(): Side {
    return this.#sides[this.side];
  }

  get #back(): Side {
    return this.#sides[this.side === 0 ? 1 : 0];
  }
}

function createSide(layout: MemoryLayout, moments: readonly Moment[], parameters?: Float32Array): Side {
  const memories: readonly { nameOf: (name: string) => string; memory: Float32Array }[] = [
    { nameOf: (name) => name, memory: parameters ?? new Float32Array(layout.elements) },
    ...moments.map((moment) => ({
      nameOf: (name: string) => momentName(moment, name),
      memory: new Float32Array(layout.elements),
    })),
  ];
  const gather = (windows: (memory: Float32Array) => TensorMap): TensorMap =>
    new Map(
      memories.flatMap(({ nameOf, memory }) =>
        [...windows(memory)].map(([name, tensor]): [string, Tensor] => [nameOf(name), tensor]),
      ),
    );
  const tensors = gather(layout.windows);
  return { tensors, named: hostTensors(tensors), stretches: hostTensors(gather(layout.stretchWindows)) };
}

const nextOf = (tensors: HostTensors): HostTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [nextName(name), tensor]));

const copied = (names: readonly string[], tensors: TensorMap): TensorMap =>
  new Map(
    names.map((name) => {
      const { dims, data } = tensors.get(name)!;
      return [name, { dims, data: data.slice() }];
    }),
  );

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
