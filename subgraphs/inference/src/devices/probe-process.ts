/**
 * Tries one execution provider in a process of its own, which a driver may take down, and says what it found. Argument: the
 * provider as JSON.
 */
import { DeviceMemory } from '@fathom/neural/runtime/device-memory';
import type { ExecutionProvider } from '@fathom/neural/runtime/execution-provider';
import { type VulkanAdapter, vulkanAdapters } from '@fathom/neural/runtime/vulkan-adapters';

export type ProbeReply =
  | { readonly kind: 'works'; readonly adapter?: VulkanAdapter | undefined }
  | { readonly kind: 'fails'; readonly message: string };

const sent = Float32Array.of(1, -2, 3.5, 4);

function probe(provider: ExecutionProvider): ProbeReply {
  try {
    const memory = new DeviceMemory(provider);
    const tensor = memory.allocate([sent.length]);
    memory.upload(tensor, sent);
    const received = memory.download(tensor);
    memory.release();
    if (received.some((value, at) => value !== sent[at]))
      return { kind: 'fails', message: `It was given ${sent} and gave back ${received}.` };
    return { kind: 'works', adapter: provider.kind === 'webgpu' ? firstAdapter() : undefined };
  } catch (error) {
    return { kind: 'fails', message: (error as Error).message };
  }
}

/** Only its name: WebGPU works, and may do so on another kind of driver. */
function firstAdapter(): VulkanAdapter | undefined {
  try {
    return vulkanAdapters()[0];
  } catch {
    return undefined;
  }
}

const reply = probe(JSON.parse(process.argv[2] ?? '') as ExecutionProvider);
process.send?.(reply, undefined, undefined, () => process.exit(0));
