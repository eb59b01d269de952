/**
 * What the processes of one run share, in one piece of memory. Both sides work it out from the run alone:
 *
 *   parameters | parameters | gradients 0 | gradients 1 … | inputs of worker 1 | inputs of worker 2 …
 *      front        back       leader's      worker 1's      one batch part after another
 *
 * The leader writes parameters and inputs, each worker reads them where they lie and writes its own gradients there:
 * nothing is sent but the number of the step.
 */
import type { Graph } from '../../onnx/types.ts';
import { floats, HostTensor, type HostTensors } from '../../runtime/host-tensor.ts';
import { elementCount } from '../../weights/tensor.ts';
import type { MemoryLayout } from '../parameter-memory.ts';

export interface SharedLayoutOptions {
  /** Of the parameters, and so of their gradients. */
  readonly parameters: MemoryLayout;
  /** The inputs of the gradient graph that carry the batch. */
  readonly batchInputs: Graph['inputs'];
  /** Processes, the leader among them. */
  readonly workers: number;
  readonly partsPerWorker: number;
}

const alignedTo = 64;
const aligned = (bytes: number): number => Math.ceil(bytes / alignedTo) * alignedTo;

export class SharedLayout {
  readonly bytes: number;
  readonly #options: SharedLayoutOptions;
  readonly #parameterBytes: number;
  readonly #partBytes: number;

  constructor(options: SharedLayoutOptions) {
    const { parameters, batchInputs, workers, partsPerWorker } = options;
    this.#options = options;
    this.#parameterBytes = aligned(parameters.elements * 4);
    this.#partBytes = batchInputs.reduce((total, input) => total + aligned(byteLength(input)), 0);
    this.bytes = (2 + workers) * this.#parameterBytes + (workers - 1) * partsPerWorker * this.#partBytes;
  }

  /** Parameters: 0 and 1 take turns as front and back. */
  parameters(memory: ArrayBuffer, side: 0 | 1): Float32Array {
    return new Float32Array(memory, side * this.#parameterBytes, this.#options.parameters.elements);
  }

  gradients(memory: ArrayBuffer, worker: number): Float32Array {
    return new Float32Array(memory, (2 + worker) * this.#parameterBytes, this.#options.parameters.elements);
  }

  /** The inputs of one part, by its number among the parts of a worker other than the leader. */
  inputs(memory: ArrayBuffer, worker: number, part: number): HostTensors {
    const { workers, partsPerWorker, batchInputs } = this.#options;
    const place = (worker - 1) * partsPerWorker + part;
    let at = (2 + workers) * this.#parameterBytes + place * this.#partBytes;
    return Object.fromEntries(
      batchInputs.map((input) => {
        const tensor = tensorAt(memory, at, input);
        at += aligned(byteLength(input));
        return [input.name, tensor];
      }),
    );
  }
}

type Input = Graph['inputs'][number];
const sizesOf = ({ dims }: Input): readonly number[] => dims as readonly number[];
const byteLength = (input: Input): number => elementCount(sizesOf(input)) * (input.type === 'int64' ? 8 : 4);

function tensorAt(memory: ArrayBuffer, at: number, input: Input): HostTensor {
  const dims = sizesOf(input);
  const count = elementCount(dims);
  switch (input.type) {
    case 'int64':
      return new HostTensor(dims, new BigInt64Array(memory, at, count));
    case 'float32':
      return floats(dims, new Float32Array(memory, at, count));
    default:
      throw new Error(`batch input ${input.name} is ${input.type}`);
  }
}
