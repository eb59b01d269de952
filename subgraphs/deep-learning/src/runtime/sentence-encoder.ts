import type { Worker } from 'node:worker_threads';
import { embeddingDimensions } from '@fathom/neural/sentence-encoder/encoder-graph';
import { releasedModelVersion } from '@fathom/neural/sentence-encoder/released-model';
import { startThread } from '@fathom/platform/worker-thread';
import { raise } from '../errors.ts';
import type { Embedder } from './embedder.ts';

/**
 * The Universal Sentence Encoder on ONNX Runtime. A run blocks its thread, so it has one of its own; a thread that dies
 * fails what it was computing and is replaced at the next call.
 */
/** Messages that may wait for the thread: some seconds of its work. More are refused, so that the queue stays bounded. */
const maxPending = 256;
const retryAfterMs = 1_000;

/** Texts a message to the thread, so that a long batch does not hold up the sentence behind it. */
const textsPerMessage = 16;

interface Pending {
  readonly resolve: (vectors: readonly Float32Array[]) => void;
  readonly reject: (error: Error) => void;
}

export interface EncoderRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

export type EncoderReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'embedded'; readonly id: number; readonly vectors: readonly Float32Array[] }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

const startEncoderThread = (): Worker => startThread(new URL('./encoder-thread.ts', import.meta.url));

/** Resolves when the weights are loaded. `startWorker` is another thread in tests of its loss. */
export async function openSentenceEncoder(startWorker: () => Worker = startEncoderThread): Promise<Embedder> {
  const encoder = new SentenceEncoder(startWorker);
  await encoder.start();
  return encoder;
}

class SentenceEncoder implements Embedder {
  readonly version = `use-lite-en-${releasedModelVersion}`;
  readonly dimensions = embeddingDimensions;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #worker: Promise<Worker> | undefined;
  #closed = false;
  readonly #startWorker: () => Worker;

  constructor(startWorker: () => Worker) {
    this.#startWorker = startWorker;
  }

  async start(): Promise<void> {
    await this.#runningWorker();
  }

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const parts: (readonly Float32Array[])[] = [];
    for (let from = 0; from < texts.length; from += textsPerMessage) {
      parts.push(await this.#request(texts.slice(from, from + textsPerMessage)));
    }
    return parts.flat();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = await this.#worker?.catch(() => undefined);
    await worker?.terminate();
  }

  async #request(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const worker = await this.#runningWorker();
    if (this.#pending.size >= maxPending) throw raise('EMBEDDER_OVERLOADED', { details: { retryAfterMs } });
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.postMessage({ id, texts } satisfies EncoderRequest);
    });
  }

  #runningWorker(): Promise<Worker> {
    if (this.#closed) throw raise('EMBEDDER_UNAVAILABLE', { because: 'the service is shutting down' });
    this.#worker ??= this.#spawn();
    return this.#worker;
  }

  #spawn(): Promise<Worker> {
    return new Promise((resolve, reject) => {
      const worker = this.#startWorker();
      worker.on('message', (reply: EncoderReply) => {
        if (reply.kind === 'ready') resolve(worker);
        else this.#settle(reply);
      });
      // A thread that throws reports `error`, then `exit`. By then its successor may be there; forgetting that one would
      // leave a thread with all its weights that nobody uses or ends.
      const lost = once((cause: Error) => this.#lost(cause, reject));
      worker.on('error', lost);
      worker.on('exit', (code) => lost(new Error(`its thread ended with code ${code}`)));
    });
  }

  #settle(reply: Exclude<EncoderReply, { kind: 'ready' }>): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.kind === 'embedded') pending?.resolve(reply.vectors);
    else pending?.reject(new Error(`The sentence encoder failed: ${reply.message}`));
  }

  #lost(cause: Error, reject: (error: Error) => void): void {
    this.#worker = undefined;
    const error = raise('EMBEDDER_UNAVAILABLE', { because: cause.message, cause });
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    reject(error);
  }
}

function once<Argument>(act: (argument: Argument) => void): (argument: Argument) => void {
  let isDone = false;
  return (argument) => {
    if (isDone) return;
    isDone = true;
    act(argument);
  };
}
