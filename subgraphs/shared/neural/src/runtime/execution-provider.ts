/**
 * On what a session computes: ONNX Runtime calls it an execution provider. Each has a kind of memory of its own, in which
 * tensors can stay between runs.
 */
import { addressOf, type OrtLibrary, type Pointer } from './ort-library.ts';

export type ExecutionProvider =
  | { readonly kind: 'cpu' }
  /** The adapter that Dawn prefers: a discrete GPU, then an integrated one, then software. */
  | { readonly kind: 'webgpu' }
  | { readonly kind: 'cuda'; readonly index: number; readonly memoryBytes?: number | undefined };

export const cpu: ExecutionProvider = { kind: 'cpu' };

/** Throws `RUNTIME_FAILED` with the reason why the device cannot be used, for example that no driver is there. */
export function appendProvider(ort: OrtLibrary, settings: Pointer, provider: ExecutionProvider): void {
  switch (provider.kind) {
    case 'cpu':
      return;
    case 'webgpu':
      ort.call('SessionOptionsAppendExecutionProvider', settings, 'WebGPU', null, null, 0);
      return;
    case 'cuda':
      appendCuda(ort, settings, provider);
      return;
  }
}

function appendCuda(
  ort: OrtLibrary,
  settings: Pointer,
  { index, memoryBytes }: Extract<ExecutionProvider, { kind: 'cuda' }>,
): void {
  const options = ort.create('CreateCUDAProviderOptions');
  try {
    const entries = {
      device_id: String(index),
      // Grows by what is asked for: the default doubles, and so takes memory that nobody uses.
      arena_extend_strategy: 'kSameAsRequested',
      ...(memoryBytes === undefined ? {} : { gpu_mem_limit: String(memoryBytes) }),
    };
    const [names, values] = [Object.keys(entries), Object.values(entries)].map((texts) =>
      texts.map((text) => Buffer.from(`${text}\0`)),
    ) as [Buffer[], Buffer[]];
    ort.call(
      'UpdateCUDAProviderOptions',
      options,
      BigUint64Array.from(names, addressOf),
      BigUint64Array.from(values, addressOf),
      names.length,
    );
    ort.call('SessionOptionsAppendExecutionProvider_CUDA_V2', settings, options);
  } finally {
    ort.release('ReleaseCUDAProviderOptions', options);
  }
}

/** The memory that the provider computes in; whoever takes it releases it. */
export function createMemoryInfo(ort: OrtLibrary, provider: ExecutionProvider): Pointer {
  // OrtDeviceAllocator 0, OrtMemTypeDefault 0.
  switch (provider.kind) {
    case 'cpu':
      return ort.create('CreateCpuMemoryInfo', 0, 0);
    case 'webgpu':
      return ort.create('CreateMemoryInfo', 'WebGPU_Buffer', 0, 0, 0);
    case 'cuda':
      return ort.create('CreateMemoryInfo', 'Cuda', 0, provider.index, 0);
  }
}
