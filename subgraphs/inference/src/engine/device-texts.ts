/**
 * Texts to be read as the service sees them on one device: for their vectors, or their classes.
 *
 * Invariant: a request that was admitted ends exactly once. When the worker is lost it goes, whole, to another device or to
 * the next worker; under the third loss it fails, as it may be what kills them. One for which a device has no memory goes to
 * another in the same way, and fails where there is none. The texts that wait are bounded.
 */
import { uuidV7 } from '@fathom/platform/database/uuid-v7';
import type { FromWorker, ReadText, ToWorker } from './protocol.ts';

export type ReadOutcome =
  | { readonly kind: 'read'; readonly texts: readonly ReadText[]; readonly deviceMs: number }
  | { readonly kind: 'overloaded'; readonly waitingTexts: number; readonly retryAfterMs: number }
  | { readonly kind: 'cancelled' }
  | ReadFailure;

interface ReadFailure {
  readonly kind: 'failed';
  readonly code: 'MODEL_FAULT' | 'DEVICE_LOST' | 'MEMORY_EXHAUSTED';
  readonly message: string;
}

export interface TextsToRead {
  /** Whose they are, as the service knows it: texts take turns by it. Those without one are one tenant's. */
  readonly tenant?: string | undefined;
  readonly texts: readonly string[];
  /** The loaded version that reads them; the encoder that npm brings without it. */
  readonly lane?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Texts with what goes with them from device to device. */
export interface TextsInFlight extends TextsToRead {
  readonly workersLost: number;
}

interface Pending extends TextsToRead {
  readonly settle: (outcome: ReadOutcome) => void;
  workersLost: number;
}

export interface DeviceTextsOptions {
  /** Sends to the worker. What is lost because none listens is sent again by `workerReady`. */
  readonly post: (message: ToWorker) => void;
  /** Whether its worker has loaded its versions: before that it takes only what needs none of them. */
  readonly hasVersions: () => boolean;
  readonly maxWaitingTexts: number;
  /** Has another device compute texts whose worker was lost; undefined if there is none. */
  readonly readElsewhere?: (texts: TextsInFlight) => Promise<ReadOutcome> | undefined;
  readonly onMemoryExhausted?: (id: string, message: string) => void;
}

const maxWorkersLost = 3;
const leastRetryMs = 100;

export class DeviceTexts {
  readonly #options: DeviceTextsOptions;
  readonly #pending = new Map<string, Pending>();
  #waitingTexts = 0;
  #msPerText = 5;

  constructor(options: DeviceTextsOptions) {
    this.#options = options;
  }

  get waitingTexts(): number {
    return this.#waitingTexts;
  }

  read({ tenant, texts, lane, signal, workersLost }: TextsInFlight): Promise<ReadOutcome> {
    const { maxWaitingTexts, post, hasVersions } = this.#options;
    if (this.#waitingTexts + texts.length > maxWaitingTexts) {
      const excess = this.#waitingTexts + texts.length - maxWaitingTexts;
      const retryAfterMs = Math.max(leastRetryMs, Math.ceil(excess * this.#msPerText));
      return Promise.resolve({ kind: 'overloaded', waitingTexts: this.#waitingTexts, retryAfterMs });
    }
    if (signal?.aborted) return Promise.resolve({ kind: 'cancelled' });
    const id = uuidV7();
    return new Promise((resolve) => {
      const cancel = (): void => {
        post({ type: 'cancel-read', id });
        this.#end(id, { kind: 'cancelled' });
      };
      const settle = (outcome: ReadOutcome): void => {
        signal?.removeEventListener('abort', cancel);
        resolve(outcome);
      };
      this.#pending.set(id, { tenant, texts, lane, signal, settle, workersLost });
      this.#waitingTexts += texts.length;
      signal?.addEventListener('abort', cancel, { once: true });
      if (lane === undefined || hasVersions()) post({ type: 'read', request: { id, tenant, lane, texts } });
    });
  }

  receive(message: Extract<FromWorker, { type: 'texts-read' | 'texts-failed' }>): void {
    if (message.type === 'texts-failed') {
      const failure: ReadFailure = { kind: 'failed', code: message.code, message: message.message };
      if (message.code === 'MEMORY_EXHAUSTED') this.#giveUp(message.id, failure);
      else this.#end(message.id, failure);
      return;
    }
    const { id, texts, deviceMs } = message;
    if (texts.length > 0) this.#msPerText = this.#msPerText * 0.9 + (deviceMs / texts.length) * 0.1;
    this.#end(id, { kind: 'read', texts, deviceMs });
  }

  workerLost(): void {
    for (const [id, pending] of this.#pending) {
      pending.workersLost += 1;
      if (pending.workersLost < maxWorkersLost) {
        this.#move(id, pending);
        continue;
      }
      const message = `${maxWorkersLost} workers were lost while they read these texts.`;
      this.#end(id, { kind: 'failed', code: 'DEVICE_LOST', message });
    }
  }

  /** It listens, and has no versions yet. */
  workerReady(): void {
    this.#postAgain((pending) => pending.lane === undefined);
  }

  versionsLoaded(): void {
    this.#postAgain((pending) => pending.lane !== undefined);
  }

  /** The service stops: whoever waits may ask another instance. */
  close(): void {
    for (const id of [...this.#pending.keys()])
      this.#end(id, { kind: 'failed', code: 'DEVICE_LOST', message: 'This service is shutting down.' });
  }

  #postAgain(isMeant: (pending: Pending) => boolean): void {
    for (const [id, pending] of this.#pending) {
      const { tenant, lane, texts } = pending;
      if (isMeant(pending)) this.#options.post({ type: 'read', request: { id, tenant, lane, texts } });
    }
  }

  /** Where it can go nowhere, or has been to as many as it may, it ends as what it is. */
  #giveUp(id: string, failure: ReadFailure): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#options.onMemoryExhausted?.(id, failure.message);
    pending.workersLost += 1;
    if (pending.workersLost >= maxWorkersLost || !this.#move(id, pending)) this.#end(id, failure);
  }

  /** False if no other device takes it. */
  #move(id: string, pending: Pending): boolean {
    const elsewhere = this.#options.readElsewhere?.(pending);
    if (!elsewhere) return false;
    this.#pending.delete(id);
    this.#waitingTexts -= pending.texts.length;
    void elsewhere.then(pending.settle);
    return true;
  }

  #end(id: string, outcome: ReadOutcome): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    this.#waitingTexts -= pending.texts.length;
    pending.settle(outcome);
  }
}
