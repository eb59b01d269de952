/**
 * Requests for vectors as the service sees them on one device.
 *
 * Invariant: a request that was admitted ends exactly once. When the worker is lost it goes, whole, to another device or to
 * the next worker; under the third loss it fails, as it may be what kills them. The texts that wait are bounded.
 */
import { uuidV7 } from '@fathom/platform/database/uuid-v7';
import type { EmbeddedText, FromWorker, ToWorker } from './protocol.ts';

export type EmbedOutcome =
  | { readonly kind: 'embedded'; readonly texts: readonly EmbeddedText[]; readonly deviceMs: number }
  | { readonly kind: 'overloaded'; readonly waitingTexts: number; readonly retryAfterMs: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly code: 'MODEL_FAULT' | 'DEVICE_LOST'; readonly message: string };

/** Texts with what goes with them from device to device. */
export interface TextsInFlight {
  readonly texts: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly workersLost: number;
}

interface Pending {
  readonly texts: readonly string[];
  readonly signal: AbortSignal | undefined;
  readonly settle: (outcome: EmbedOutcome) => void;
  workersLost: number;
}

export interface DeviceEmbeddingsOptions {
  /** Sends to the worker. What is lost because none listens is sent again by `workerReady`. */
  readonly post: (message: ToWorker) => void;
  readonly maxWaitingTexts: number;
  /** Has another device compute texts whose worker was lost; undefined if there is none. */
  readonly embedElsewhere?: (texts: TextsInFlight) => Promise<EmbedOutcome> | undefined;
}

const maxWorkersLost = 3;
const leastRetryMs = 100;

export class DeviceEmbeddings {
  readonly #options: DeviceEmbeddingsOptions;
  readonly #pending = new Map<string, Pending>();
  #waitingTexts = 0;
  #msPerText = 5;

  constructor(options: DeviceEmbeddingsOptions) {
    this.#options = options;
  }

  get waitingTexts(): number {
    return this.#waitingTexts;
  }

  embed({ texts, signal, workersLost }: TextsInFlight): Promise<EmbedOutcome> {
    const { maxWaitingTexts, post } = this.#options;
    if (this.#waitingTexts + texts.length > maxWaitingTexts) {
      const excess = this.#waitingTexts + texts.length - maxWaitingTexts;
      const retryAfterMs = Math.max(leastRetryMs, Math.ceil(excess * this.#msPerText));
      return Promise.resolve({ kind: 'overloaded', waitingTexts: this.#waitingTexts, retryAfterMs });
    }
    if (signal?.aborted) return Promise.resolve({ kind: 'cancelled' });
    const id = uuidV7();
    return new Promise((resolve) => {
      const cancel = (): void => {
        post({ type: 'cancel-embed', id });
        this.#end(id, { kind: 'cancelled' });
      };
      const settle = (outcome: EmbedOutcome): void => {
        signal?.removeEventListener('abort', cancel);
        resolve(outcome);
      };
      this.#pending.set(id, { texts, signal, settle, workersLost });
      this.#waitingTexts += texts.length;
      signal?.addEventListener('abort', cancel, { once: true });
      post({ type: 'embed', request: { id, texts } });
    });
  }

  receive(message: Extract<FromWorker, { type: 'embedded' | 'embed-failed' }>): void {
    if (message.type === 'embed-failed') {
      this.#end(message.id, { kind: 'failed', code: 'MODEL_FAULT', message: message.message });
      return;
    }
    const { id, texts, deviceMs } = message;
    if (texts.length > 0) this.#msPerText = this.#msPerText * 0.9 + (deviceMs / texts.length) * 0.1;
    this.#end(id, { kind: 'embedded', texts, deviceMs });
  }

  workerLost(): void {
    for (const [id, pending] of this.#pending) {
      pending.workersLost += 1;
      if (pending.workersLost < maxWorkersLost) {
        this.#move(id, pending);
        continue;
      }
      const message = `${maxWorkersLost} workers were lost while they computed these vectors.`;
      this.#end(id, { kind: 'failed', code: 'DEVICE_LOST', message });
    }
  }

  workerReady(): void {
    for (const [id, { texts }] of this.#pending)
      this.#options.post({ type: 'embed', request: { id, texts } });
  }

  /** The service stops: whoever waits may ask another instance. */
  close(): void {
    for (const id of [...this.#pending.keys()])
      this.#end(id, { kind: 'failed', code: 'DEVICE_LOST', message: 'This service is shutting down.' });
  }

  #move(id: string, pending: Pending): void {
    const elsewhere = this.#options.embedElsewhere?.(pending);
    if (!elsewhere) return;
    this.#pending.delete(id);
    this.#waitingTexts -= pending.texts.length;
    void elsewhere.then(pending.settle);
  }

  #end(id: string, outcome: EmbedOutcome): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    this.#waitingTexts -= pending.texts.length;
    pending.settle(outcome);
  }
}
