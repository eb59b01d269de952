import { elementCount, type TensorMap } from '../weights/tensor.ts';

/** Where each of several tensors lies in one piece of memory, in their order. */
export interface MemoryLayout {
  readonly elements: number;
  /** Each tensor as a window on the memory. */
  windows(memory: Float32Array): TensorMap;
}

/** Tensors begin at multiples of a cache line. */
const alignedTo = 16;

export function layOutTensors(
  tensors: readonly { readonly name: string; readonly dims: readonly number[] }[],
): MemoryLayout {
  let elements = 0;
  const places = tensors.map(({ name, dims }) => {
    const place = { name, dims, at: elements, size: elementCount(dims) };
    elements += Math.ceil(place.size / alignedTo) * alignedTo;
    return place;
  });
  return {
    elements,
    windows: (memory) =>
      new Map(
        places.map(({ name, dims, at, size }) => [name, { dims, data: memory.subarray(at, at + size) }]),
      ),
  };
}
