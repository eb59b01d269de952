/** One full model loaded on a device, with the adapters that are loaded onto it. */
import { readAdapter } from '@fathom/neural/lora/adapter-folder';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { createDecoderSession, type DecoderSession } from '@fathom/neural/serving/decoder-session';
import type { ByteLevelBpe } from '@fathom/neural/tokenizers/byte-level-bpe';
import { stopTokenIds } from '@fathom/neural/tokenizers/chat-template';
import type { WorkerOptions } from './protocol.ts';

export interface Lane {
  readonly session: DecoderSession;
  readonly tokenizer: ByteLevelBpe;
  readonly stopTokenIds: ReadonlySet<number>;
  /** Tokens that a slot holds, prompt and completion together. */
  readonly capacity: number;
  readonly precision: string;
  /** Weights and cache. */
  readonly memoryBytes: number;
  loadAdapter(id: string, folder: string): Promise<{ readonly memoryBytes: number }>;
  unloadAdapter(id: string): void;
  release(): Promise<void>;
}

/** Reads, verifies and loads a model folder. Throws what `@fathom/neural` throws, which names file and fault. */
export async function openLane(folder: string, options: WorkerOptions): Promise<Lane> {
  const model = await loadModelFolder(folder);
  const capacity = Math.min(model.config.maxPositions, options.maxContextLength);
  const session = await createDecoderSession({
    config: model.config,
    weights: model.weights,
    maxSlots: options.maxSequences,
    capacity,
    precision: options.precision,
    threads: options.threads,
  });
  return {
    session,
    tokenizer: model.tokenizer,
    stopTokenIds: new Set(stopTokenIds(model)),
    capacity,
    precision: options.precision,
    get memoryBytes() {
      return session.bytes.weights + session.bytes.cache;
    },
    async loadAdapter(id, adapterFolder) {
      const adapter = await readAdapter(adapterFolder);
      await session.loadAdapter(id, adapter);
      let elements = 0;
      for (const tensor of adapter.tensors.values()) elements += tensor.data.length;
      return { memoryBytes: elements * Float32Array.BYTES_PER_ELEMENT };
    },
    unloadAdapter: (id) => session.unloadAdapter(id),
    release: () => session.release(),
  };
}
