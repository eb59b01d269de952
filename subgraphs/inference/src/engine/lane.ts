/** One full model loaded on a device, with the adapters that are loaded onto it. */
import { readAdapter } from '@fathom/neural/lora/adapter-folder';
import type { Decoder } from '@fathom/neural/serving/decoder';
import type { DeviceTurns } from '@fathom/neural/serving/device-turns';
import { openModel } from '@fathom/neural/serving/open-model';
import type { Tokenizer } from '@fathom/neural/tokenizers/tokenizer';
import type { KvPoolOptions } from '../domain/kv-pool.ts';
import { GrammarSet } from '../grammar/grammar-set.ts';
import { prepareBeside } from './model-loader.ts';
import type { WorkerOptions } from './protocol.ts';

export interface Lane {
  readonly session: Decoder;
  readonly tokenizer: Tokenizer;
  readonly stopTokenIds: ReadonlySet<number>;
  /** The forms that completions must have, compiled for its vocabulary. */
  readonly grammars: GrammarSet;
  /** Tokens that a slot holds, prompt and completion together. */
  readonly capacity: number;
  /** What sequences share: its slots and positions. */
  readonly pool: KvPoolOptions;
  readonly precision: string;
  /** Weights and cache. */
  readonly memoryBytes: number;
  loadAdapter(id: string, folder: string): Promise<{ readonly memoryBytes: number }>;
  unloadAdapter(id: string): void;
  release(): Promise<void>;
}

/** Reads, verifies and loads a model folder of either kind. Throws what `@fathom/neural` throws, which names file and fault. */
export async function openLane(
  folder: string,
  options: WorkerOptions & { readonly turns?: DeviceTurns },
): Promise<Lane> {
  const { precision, threads, maxSequences, prefixSlots = 0 } = options;
  const positions = options.kvCacheTokens ?? Number.POSITIVE_INFINITY;
  const model = await openModel({
    folder,
    precision,
    threads,
    callerYields: true,
    prepare: prepareBeside,
    maxContextLength: Math.min(options.maxContextLength, positions),
    maxSlots: maxSequences + prefixSlots,
    maxBatch: maxSequences,
    provider: options.provider,
    memoryBytes: options.deviceMemoryBytes,
    turns: options.turns,
  });
  const session = model.decoder;
  return {
    session,
    tokenizer: model.tokenizer,
    stopTokenIds: model.stopTokenIds,
    grammars: new GrammarSet({
      tokens: Array.from({ length: session.vocabularySize }, (_, id) => model.tokenizer.tokenBytes(id)),
      stopTokenIds: [...model.stopTokenIds],
    }),
    capacity: session.capacity,
    pool: {
      slots: session.maxSlots,
      positions: Math.min(positions, maxSequences * session.capacity),
      isSharing: prefixSlots > 0,
    },
    precision: model.source === 'onnx' ? `${model.precision} (ONNX)` : model.precision,
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
