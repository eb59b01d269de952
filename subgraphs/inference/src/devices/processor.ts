import { cpus, freemem, totalmem } from 'node:os';
import { cpu } from '@fathom/neural/runtime/execution-provider';
import type { Device } from './device.ts';

/** One worker on the processor. Several share its memory, which MODEL_MEMORY_BYTES bounds. */
export function processor(options: { readonly index?: number; readonly threads: number }): Device {
  const { index = 0, threads } = options;
  return {
    id: `cpu-${index}`,
    kind: 'CPU',
    name: cpus()[0]?.model.trim() ?? 'CPU',
    threads,
    memory: { totalBytes: totalmem(), freeBytes: freemem() },
    provider: cpu,
  };
}
