/**
 * Tensors in a device's own memory, which sessions on that device read and write without copies.
 *
 * The allocator belongs to a session (that is how ONNX Runtime's API has it): a small one, which copies between the
 * device and the host. Invariant: no tensor outlives the memory that it was taken from.
 */
import { NeuralError } from '../errors.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementTypeCodes } from '../onnx/types.ts';
import { elementCount } from '../weights/tensor.ts';
import type { BoundTensor } from './bound-run.ts';
import { createMemoryInfo, type ExecutionProvider } from './execution-provider.ts';
import { floats } from './host-tensor.ts';
import { ortLibrary, type Pointer } from './ort-library.ts';
import { Session } from './session.ts';

export interface DeviceTensor {
  readonly type: DeviceElementType;
  readonly dims: readonly number[];
  /** The OrtValue over it. */
  readonly handle: Pointer;
}

export type DeviceElementType = 'float32' | 'float16';
export const elementBytes: Readonly<Record<DeviceElementType, number>> = { float32: 4, float16: 2 };

export class DeviceMemory {
  readonly #copies: Session;
  readonly #info: Pointer;
  readonly #allocator: Pointer;
  /** Views come after what they are views of, and are released before it. */
  readonly #values: Pointer[] = [];
  #bytes = 0;
  #released = false;

  constructor(provider: ExecutionProvider) {
    const ort = ortLibrary();
    const builder = new GraphBuilder('copy');
    builder.output('to', builder.input('from', 'float32', ['n']));
    this.#copies = Session.create(builder.build(), { provider, threads: 1 });
    this.#info = createMemoryInfo(ort, provider);
    try {
      this.#allocator = this.#copies.createAllocator(this.#info);
    } catch (error) {
      ort.release('ReleaseMemoryInfo', this.#info);
      this.#copies.release();
      throw error;
    }
  }

  /** Of all its tensors. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Its content is undefined. Throws `MEMORY_INSUFFICIENT` if the device has no more. */
  allocate(dims: readonly number[], type: DeviceElementType = 'float32'): DeviceTensor {
    this.#checkLive();
    const bytes = elementCount(dims) * elementBytes[type];
    try {
      const shape = BigInt64Array.from(dims, BigInt);
      const handle = ortLibrary().create(
        'CreateTensorAsOrtValue',
        this.#allocator,
        shape,
        shape.length,
        elementTypeCodes[type],
      );
      this.#values.push(handle);
      const tensor = { type, dims, handle };
      // WebGPU refuses a buffer only when it is used.
      if (type === 'float32') this.upload(tensor, new Float32Array(Math.min(4, elementCount(dims))));
      this.#bytes += bytes;
      return tensor;
    } catch (cause) {
      const why = (cause as Error).message;
      throw new NeuralError(
        'MEMORY_INSUFFICIENT',
        `the device gives no ${bytes} bytes in one piece beside ${this.#bytes}: ${why}`,
        { cause, details: { bytes, allocated: this.#bytes } },
      );
    }
  }

  /**
   * The beginning of a tensor under another shape, the same memory. Only the beginning: on WebGPU memory has a handle, to
   * which nothing can be added.
   */
  view(tensor: DeviceTensor, dims: readonly number[]): DeviceTensor {
    this.#checkLive();
    const { type } = tensor;
    const elements = elementCount(dims);
    if (elements > elementCount(tensor.dims))
      throw new NeuralError('GRAPH_INVALID', `[${dims}] is more than [${tensor.dims}] holds`);
    const ort = ortLibrary();
    const address = ort.create('GetTensorMutableData', tensor.handle);
    const shape = BigInt64Array.from(dims, BigInt);
    const handle = ort.create(
      'CreateTensorWithDataAsOrtValue',
      this.#info,
      address,
      elements * elementBytes[type],
      shape,
      shape.length,
      elementTypeCodes[type],
    );
    this.#values.push(handle);
    return { type, dims, handle };
  }

  /** Of float32. */
  upload(tensor: DeviceTensor, data: Float32Array): void {
    const to = this.view(tensor, [data.length]);
    this.#copy(floats([data.length], data), to);
  }

  /** Of float32. */
  download(tensor: DeviceTensor): Float32Array {
    const size = elementCount(tensor.dims);
    const data = new Float32Array(size);
    this.#copy(this.view(tensor, [size]), floats([size], data));
    return data;
  }

  /** Frees all tensors. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    const ort = ortLibrary();
    for (const handle of this.#values.reverse()) ort.release('ReleaseValue', handle);
    ort.release('ReleaseAllocator', this.#allocator);
    ort.release('ReleaseMemoryInfo', this.#info);
    this.#copies.release();
  }

  #copy(from: BoundTensor, to: BoundTensor): void {
    const run = this.#copies.bind({ from }, { to });
    try {
      run.runNow();
    } finally {
      run.releaseNow();
    }
  }

  #checkLive(): void {
    if (this.#released) throw new NeuralError('SESSION_RELEASED', 'the memory of the device was released');
  }
}
