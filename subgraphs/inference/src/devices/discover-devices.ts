/**
 * From what DEVICES asks for to what there is. A GPU is tried before it is used, in a process of its own; one that cannot be
 * used is told with its reason, and the service goes on with the others, at the least with the processor.
 */
import type { WantedDevice } from '../domain/device-list.ts';
import type { Device, DeviceKind, DiscoveredDevices, UnavailableDevice } from './device.ts';
import { type NvidiaGpu, queryNvidiaGpus } from './nvidia-smi.ts';
import { probeProvider } from './probe.ts';
import { processor } from './processor.ts';

export interface DiscoveryOptions {
  /** Of a CPU worker, where the list names no number. */
  readonly threads: number;
  /** How a provider is tried; for tests. */
  readonly probe?: typeof probeProvider;
  readonly nvidiaGpus?: typeof queryNvidiaGpus;
}

type Found = Device | UnavailableDevice;

const isUnavailable = (found: Found): found is UnavailableDevice => 'reason' in found;
const isDevice = (found: Found): found is Device => !isUnavailable(found);

export async function discoverDevices(
  wanted: readonly WantedDevice[],
  options: DiscoveryOptions,
): Promise<DiscoveredDevices> {
  const found = (await Promise.all(wanted.map((device) => discover(device, options)))).flat();
  const [first = processor({ threads: options.threads }), ...others] = found.filter(isDevice);
  return {
    devices: [first, ...others],
    unavailable: found.filter(isUnavailable),
  };
}

async function discover(wanted: WantedDevice, options: DiscoveryOptions): Promise<readonly Found[]> {
  switch (wanted.kind) {
    case 'CPU': {
      const { workers, threads = options.threads } = wanted;
      return Array.from({ length: workers }, (_, index) => processor({ index, threads }));
    }
    case 'AUTO':
      return discoverAll(options);
    case 'WEBGPU':
      return [await discoverWebGpu(wanted.memoryBytes, options)];
    case 'CUDA':
      return [await discoverCuda(wanted, options)];
  }
}

/** GPUs, each with the reason if it cannot be used, and the processor behind them: it computes when they are busy or lost. */
async function discoverAll(options: DiscoveryOptions): Promise<readonly Found[]> {
  const { nvidiaGpus = queryNvidiaGpus, threads } = options;
  const gpus = await nvidiaGpus().catch(() => []);
  const cuda = gpus.map(({ index }) =>
    discoverCuda({ kind: 'CUDA', index, memoryBytes: undefined }, options),
  );
  const found = await Promise.all(cuda);
  return [...found, ...(found.some(isDevice) ? [] : await discoverHardware(options)), processor({ threads })];
}

/** WebGPU on real hardware: what a driver computes in software, the processor does better itself. */
async function discoverHardware(options: DiscoveryOptions): Promise<readonly Device[]> {
  const { probe = probeProvider } = options;
  let isSoftware = false;
  const device = await discoverWebGpu(undefined, {
    ...options,
    probe: async (provider) => {
      const reply = await probe(provider);
      isSoftware = reply.kind === 'works' && reply.adapter?.type === 'software';
      return reply;
    },
  });
  return isUnavailable(device) || isSoftware ? [] : [device];
}

async function discoverWebGpu(
  limitBytes: number | undefined,
  { probe = probeProvider }: DiscoveryOptions,
): Promise<Found> {
  const provider = { kind: 'webgpu' } as const;
  const reply = await probe(provider);
  if (reply.kind === 'fails') return unavailable('webgpu-0', 'WEBGPU', webGpuReason(reply.message));
  const { adapter } = reply;
  return {
    id: 'webgpu-0',
    kind: 'WEBGPU',
    name: adapter ? adapter.name : 'WebGPU',
    threads: 1,
    memory: { totalBytes: adapter?.memoryBytes, limitBytes: limitBytes ?? adapter?.memoryBytes },
    provider,
  };
}

async function discoverCuda(
  { index, memoryBytes }: Extract<WantedDevice, { kind: 'CUDA' }>,
  { probe = probeProvider, nvidiaGpus = queryNvidiaGpus }: DiscoveryOptions,
): Promise<Found> {
  const id = `cuda-${index}`;
  let gpus: readonly NvidiaGpu[];
  try {
    gpus = await nvidiaGpus();
  } catch (error) {
    const why = 'code' in (error as Error) && (error as NodeJS.ErrnoException).code === 'ENOENT';
    return unavailable(
      id,
      'CUDA',
      why
        ? 'nvidia-smi was not found: install the driver of the NVIDIA GPU.'
        : `nvidia-smi failed: ${(error as Error).message}`,
    );
  }
  const gpu = gpus.find((candidate) => candidate.index === index);
  if (!gpu) {
    const list = gpus.map((candidate) => `${candidate.index} (${candidate.name})`).join(', ');
    return unavailable(id, 'CUDA', `There is no GPU ${index}; nvidia-smi lists ${list || 'none'}.`);
  }
  const limitBytes = memoryBytes ?? gpu.freeBytes;
  const provider = { kind: 'cuda', index, memoryBytes: limitBytes } as const;
  const reply = await probe(provider);
  if (reply.kind === 'fails') return unavailable(id, 'CUDA', cudaReason(gpu, reply.message));
  return {
    id,
    kind: 'CUDA',
    name: gpu.name,
    threads: 1,
    memory: { totalBytes: gpu.totalBytes, freeBytes: gpu.freeBytes, limitBytes },
    provider,
  };
}

function unavailable(id: string, kind: DeviceKind, reason: string): UnavailableDevice {
  return { id, kind, reason };
}

function webGpuReason(message: string): string {
  const why = ownWords(message);
  return /adapter/i.test(why)
    ? `No GPU was found that WebGPU can use; on Linux it takes libvulkan1 and the Vulkan driver of the GPU. ${why}`
    : why;
}

function cudaReason(gpu: NvidiaGpu, message: string): string {
  const why = ownWords(message);
  return /load library|shared library|not enabled|libcu/i.test(why)
    ? `${gpu.name} is there, the libraries for it are not: ${cudaLibraries}. ${why}`
    : why;
}

const cudaLibraries =
  'run ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js, with CUDA 12 and cuDNN 9 on the machine';

/** Without the place in ONNX Runtime's sources that a failed check begins with. */
function ownWords(message: string): string {
  return message
    .replace(/^ONNX Runtime: \/.*? (?:was false\. |(?=\[ONNXRuntimeError\]))/s, 'ONNX Runtime: ')
    .trim();
}
