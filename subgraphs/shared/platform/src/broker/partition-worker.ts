import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Backoff } from '../backoff.ts';
import type { DeliveredMessage } from './broker.ts';
import type { Holding } from './group-store.ts';

/**
 * Consumes one partition while its member owns it: one message after another, each until its handler returns.
 *
 * States: idle -> working (a batch is being handled) -> idle, and from either -> stopped, which is final.
 * Invariant: `position` passes a message only after its handler returned, and what is committed never passes `position`.
 */
export interface PartitionWorkerOptions {
  readonly holding: Holding;
  readonly handle: (message: DeliveredMessage) => Promise<void>;
  /** False if the partition was taken away meanwhile. */
  readonly commit: (holding: Holding) => Promise<boolean>;
  /** Called whenever the worker could use another batch, or found that it was fenced off. */
  readonly onIdle: () => void;
  readonly logger: Logger;
  readonly commitEveryMs: number;
}

export class PartitionWorker {
  readonly #options: PartitionWorkerOptions;
  readonly #stopping = new AbortController();
  #position: bigint;
  #committed: bigint;
  #work: Promise<void> | undefined;
  #fenced = false;

  constructor(options: PartitionWorkerOptions) {
    this.#options = options;
    this.#position = options.holding.committed;
    this.#committed = options.holding.committed;
  }

  get holding(): Holding {
    return this.#options.holding;
  }

  /** The first offset to read next. */
  get position(): bigint {
    return this.#position;
  }

  get idle(): boolean {
    return this.#work === undefined && !this.#stopping.signal.aborted;
  }

  /** True once a commit was refused: the partition belongs to somebody else. */
  get fenced(): boolean {
    return this.#fenced;
  }

  /** Takes the next messages of the partition; only when idle. */
  accept(batch: readonly DeliveredMessage[]): void {
    this.#work = this.#process(batch).finally(() => {
      this.#work = undefined;
      this.#options.onIdle();
    });
  }

  /** Ends after the message under way; commits what was handled. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
    await this.#commit();
  }

  /** As `stop`, without a commit and without waiting: the partition is no longer ours. */
  abandon(): void {
    this.#fenced = true;
    this.#stopping.abort();
  }

  async #process(batch: readonly DeliveredMessage[]): Promise<void> {
    let lastCommit = performance.now();
    for (const message of batch) {
      const handled = await this.#deliver(message);
      if (!handled) return;
      this.#position = message.offset + 1n;
      if (performance.now() - lastCommit < this.#options.commitEveryMs) continue;
      await this.#commit();
      lastCommit = performance.now();
    }
    await this.#commit();
  }

  /** False if the worker was stopped before the handler succeeded. */
  async #deliver(message: DeliveredMessage): Promise<boolean> {
    const { signal } = this.#stopping;
    const backoff = new Backoff({ firstMs: 100, maxMs: 10_000 });
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await this.#options.handle(message);
        return true;
      } catch (error) {
        const pauseMs = backoff.next();
        this.#options.logger.warn(
          {
            err: error,
            topic: message.topic,
            partition: message.partition,
            messageId: message.id,
            attempt,
            pauseMs,
          },
          'a message handler failed; the message will be delivered again',
        );
        await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return false;
  }

  async #commit(): Promise<void> {
    if (this.#fenced || this.#position === this.#committed) return;
    const position = this.#position;
    try {
      const accepted = await this.#options.commit({ ...this.#options.holding, committed: position });
      if (accepted) this.#committed = position;
      else this.abandon();
    } catch (error) {
      // The position is kept, and the next commit covers it. Should the process die before, the messages come again.
      this.#options.logger.warn(
        { err: error, ...describe(this.#options.holding) },
        'an offset could not be committed',
      );
    }
  }
}

function describe({ topic, partition }: Holding) {
  return { topic, partition };
}
