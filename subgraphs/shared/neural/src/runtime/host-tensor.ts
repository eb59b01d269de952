import { NeuralError } from '../errors.ts';
import { type ConstantData, type ElementType, elementTypeCodes, elementTypeOf } from '../onnx/types.ts';
import { elementCount, type TensorMap } from '../weights/tensor.ts';
import { addressOf, ortLibrary, type Pointer } from './ort-library.ts';

/** Releases the handles of tensors that nobody holds any more. */
const handles = new FinalizationRegistry<Pointer>((handle) => ortLibrary().release('ReleaseValue', handle));

/**
 * A tensor in JavaScript's memory that ONNX Runtime reads and writes in place. Whoever holds the tensor holds the memory;
 * changing `data` changes what the next run sees.
 */
export class HostTensor<Data extends ConstantData = ConstantData> {
  readonly dims: readonly number[];
  readonly data: Data;
  /** The OrtValue over this memory. */
  readonly handle: Pointer;

  constructor(dims: readonly number[], data: Data) {
    if (elementCount(dims) !== data.length) {
      throw new NeuralError('GRAPH_INVALID', `tensor [${dims}] cannot hold ${data.length} elements`);
    }
    this.dims = dims;
    this.data = data;
    const shape = BigInt64Array.from(dims, BigInt);
    const type = elementTypeCodes[elementTypeOf(data)];
    // A tensor without elements still needs an address.
    const memory = data.length === 0 ? addressOf(emptyMemory) : addressOf(data);
    this.handle = ortLibrary().create(
      'CreateTensorWithDataAsOrtValue',
      ortLibrary().cpuMemory,
      memory,
      data.byteLength,
      shape,
      shape.length,
      type,
    );
    handles.register(this, this.handle);
  }
}

const emptyMemory = new Float32Array(16);

export function floats(
  dims: readonly number[],
  data: Float32Array = new Float32Array(elementCount(dims)),
): HostTensor<Float32Array> {
  return new HostTensor(dims, data);
}

export function longs(dims: readonly number[], data: BigInt64Array): HostTensor<BigInt64Array> {
  return new HostTensor(dims, data);
}

export type HostTensors = Readonly<Record<string, HostTensor>>;

/** Windows on the tensors' own memory. */
export function hostTensors(tensors: TensorMap): Readonly<Record<string, HostTensor<Float32Array>>> {
  return Object.fromEntries([...tensors].map(([name, { dims, data }]) => [name, floats(dims, data)]));
}

/** Fresh memory for a value whose shape is known. */
export function allocate(type: ElementType, dims: readonly number[]): HostTensor {
  const count = elementCount(dims);
  switch (type) {
    case 'float32':
      return new HostTensor(dims, new Float32Array(count));
    case 'int64':
      return new HostTensor(dims, new BigInt64Array(count));
    case 'int32':
      return new HostTensor(dims, new Int32Array(count));
    case 'int8':
      return new HostTensor(dims, new Int8Array(count));
    default:
      throw new NeuralError('GRAPH_INVALID', `a ${type} cannot be an output`);
  }
}
