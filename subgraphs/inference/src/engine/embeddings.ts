/** Vectors of texts in the engine's thread: the encoder is opened at the first request, and works between the decode steps. */
import { releasedModelFolder } from '@fathom/neural/sentence-encoder/released-model';
import { openSentenceEncoder } from '@fathom/neural/sentence-encoder/sentence-encoder';
import { EmbeddingLane } from './embedding-lane.ts';
import type { EmbeddingRequest, FromWorker } from './protocol.ts';

/** A run of so many pieces takes about as long as a decode step of a full batch: 10 to 20 ms. */
const piecesPerStep = 256;

export interface Embeddings {
  readonly hasWork: boolean;
  submit(request: EmbeddingRequest): void;
  cancel(id: string): void;
  /** One run. What it finishes is sent. */
  step(): Promise<void>;
}

export interface EmbeddingsOptions {
  readonly threads: number;
  readonly send: (message: FromWorker) => void;
  /** There is work for `step` now. */
  readonly onReady: () => void;
}

export function createEmbeddings({ threads, send, onReady }: EmbeddingsOptions): Embeddings {
  let isOpening = false;
  let lane: EmbeddingLane | undefined;
  /** What came before the encoder was open. */
  const early = new Map<string, EmbeddingRequest>();

  async function open(): Promise<void> {
    const encoder = await openSentenceEncoder(releasedModelFolder, {
      threads,
      maxBatchPieces: piecesPerStep,
    });
    lane = new EmbeddingLane({ encoder, piecesPerStep, now: () => performance.now() });
    for (const request of early.values()) lane.submit(request);
    early.clear();
    onReady();
  }

  function refuseEarly(error: unknown): void {
    // The next request tries again: a package that is mended needs no restart.
    isOpening = false;
    const message = `The sentence encoder cannot be loaded: ${(error as Error).message}`;
    for (const id of early.keys()) send({ type: 'embed-failed', id, message });
    early.clear();
  }

  return {
    get hasWork() {
      return lane?.hasWork ?? false;
    },
    submit(request) {
      if (lane) return lane.submit(request);
      early.set(request.id, request);
      if (!isOpening) void open().catch(refuseEarly);
      isOpening = true;
    },
    cancel(id) {
      early.delete(id);
      lane?.cancel(id);
    },
    async step() {
      if (!lane) return;
      const { finished, busyMs } = await lane.step();
      send({ type: 'embedding-step', busyMs, memoryBytes: lane.memoryBytes });
      for (const { id, texts, deviceMs } of finished) send({ type: 'embedded', id, texts, deviceMs });
    },
  };
}
