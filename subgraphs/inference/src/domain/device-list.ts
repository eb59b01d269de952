/**
 * The language of DEVICES: which devices the service computes on, one worker each.
 *
 *   cpu              one worker, with as many threads as DEVICE_THREADS says
 *   cpu:2x1          two workers of one thread each
 *   webgpu           the GPU that WebGPU prefers
 *   cuda  cuda:1     an NVIDIA GPU by its number
 *   cuda:0=8GiB      the same, of whose memory models may take so much
 *   auto             the GPUs that are there, NVIDIA's or else the one of WebGPU, and the processor; stands alone
 */
export type WantedDevice =
  | { readonly kind: 'AUTO' }
  | { readonly kind: 'CPU'; readonly workers: number; readonly threads: number | undefined }
  | { readonly kind: 'WEBGPU'; readonly memoryBytes: number | undefined }
  | { readonly kind: 'CUDA'; readonly index: number; readonly memoryBytes: number | undefined };

export type DeviceList =
  | { readonly kind: 'devices'; readonly devices: readonly WantedDevice[] }
  | { readonly kind: 'invalid'; readonly problem: string };

/** More than any machine has; a number behind a slip of the finger is refused. */
const maxWorkers = 64;
const maxThreads = 1_024;
const maxCudaIndex = 63;

const units: Readonly<Record<string, number>> = { MiB: 2 ** 20, GiB: 2 ** 30 };

export function parseDeviceList(text: string): DeviceList {
  if (text.trim() === 'auto') return { kind: 'devices', devices: [{ kind: 'AUTO' }] };
  const devices: WantedDevice[] = [];
  const seen = new Set<string>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    const wanted = parseEntry(entry);
    if (typeof wanted === 'string') return { kind: 'invalid', problem: wanted };
    const name = wanted.kind === 'CUDA' ? `cuda:${wanted.index}` : wanted.kind.toLowerCase();
    if (seen.has(name)) return { kind: 'invalid', problem: `${name} is named twice` };
    seen.add(name);
    devices.push(wanted);
  }
  return { kind: 'devices', devices };
}

/** A text says what is wrong. */
function parseEntry(entry: string): WantedDevice | string {
  const [, name = '', argument, amount, unit = ''] =
    /^(\w+)(?::(\w+))?(?:=(\d+)(MiB|GiB))?$/.exec(entry) ?? [];
  const memoryBytes = amount === undefined ? undefined : Number(amount) * (units[unit] ?? 0);
  if (memoryBytes === 0) return `"${entry}" leaves no memory for models`;
  switch (name) {
    case 'cpu':
      return memoryBytes === undefined
        ? parseProcessor(entry, argument)
        : `"${entry}": MODEL_MEMORY_BYTES bounds what models take of the machine's memory`;
    case 'webgpu':
      return argument === undefined
        ? { kind: 'WEBGPU', memoryBytes }
        : `"${entry}": WebGPU chooses its adapter; write webgpu`;
    case 'cuda':
      return parseCuda(entry, argument, memoryBytes);
    case 'auto':
      return 'auto stands alone';
    default:
      return `"${entry}" is no device; write for example auto, cpu, cpu:2x1, webgpu, cuda:0 or cuda:0=8GiB`;
  }
}

function parseProcessor(entry: string, argument: string | undefined): WantedDevice | string {
  if (argument === undefined) return { kind: 'CPU', workers: 1, threads: undefined };
  const [, workers, threads] = (/^(\d+)x(\d+)$/.exec(argument) ?? []).map(Number);
  if (!workers || !threads || workers > maxWorkers || threads > maxThreads)
    return `"${entry}": write the workers and the threads of each, for example cpu:2x1`;
  return { kind: 'CPU', workers, threads };
}

function parseCuda(
  entry: string,
  argument: string | undefined,
  memoryBytes: number | undefined,
): WantedDevice | string {
  const index = Number(argument ?? 0);
  if (!/^\d+$/.test(argument ?? '0') || index > maxCudaIndex)
    return `"${entry}": write the GPU's number as nvidia-smi lists it, for example cuda:0`;
  return { kind: 'CUDA', index, memoryBytes };
}
