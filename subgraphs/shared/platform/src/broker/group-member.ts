import type { Logger } from 'pino';
import { Backoff } from '../backoff.ts';
import { Gathering } from '../gathering.ts';
import { Wake } from '../wake.ts';
import type { DeliveredMessage, SubscribeOptions } from './broker.ts';
import type { GroupStore, Holding } from './group-store.ts';
import type { LogStore } from './log-store.ts';
import { PartitionWorker } from './partition-worker.ts';
import type { TopicPartition } from './partitioning.ts';

/**
 * One member of a consumer group on the embedded log.
 *
 *   joining -> running -> leaving -> left
 *      ^----------'  evicted, because its lease ran out: its workers are abandoned, and it joins again
 *
 * A single loop does, in turn: keep the lease; give up, claim and start partitions; read what idle workers can use;
 * sleep until a notification, a worker that went idle, or the next beat. A notification only shortens the sleep, so a
 * lost one costs at most `pollMs`. Storage errors are logged, waited out and retried: the loop ends only by `close`.
 */
export interface GroupMemberOptions {
  readonly subscription: SubscribeOptions;
  readonly log: LogStore;
  readonly group: GroupStore;
  readonly logger: Logger;
  readonly pollMs: number;
  readonly heartbeatMs: number;
  readonly batchMessages: number;
}

export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #workers = new Map<string, PartitionWorker>();
  readonly #releasing = new Map<string, Promise<void>>();
  /** Topics that may hold more than has been read; the others are not asked about. */
  readonly #fresh = new Set<string>();
  readonly #wake = new Wake();
  /** Partitions that are done at one time move their offsets together. */
  readonly #commits: Gathering<Holding, boolean>;
  #closing = false;
  #joined = false;
  #groupChanged = true;
  #nextBeatAt = 0;
  #nextPollAt = 0;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: GroupMemberOptions) {
    this.#options = options;
    this.#commits = new Gathering({ run: (holdings) => options.group.commit(holdings) });
  }

  /** Joins the group; throws if that fails. Afterwards the member runs by itself. */
  async start(): Promise<void> {
    await this.#join();
    this.#loop = this.#run();
  }

  /** New messages of a topic exist. */
  notifyTopic(topic: string): void {
    if (!this.#options.subscription.topics.includes(topic)) return;
    this.#fresh.add(topic);
    this.#wake.ring();
  }

  /** Membership or plan of a group changed. */
  notifyGroup(group: string): void {
    if (group !== this.#options.subscription.group) return;
    this.#groupChanged = true;
    this.#wake.ring();
  }

  /** Notifications may have been missed. */
  lookAgain(): void {
    this.#groupChanged = true;
    for (const topic of this.#options.subscription.topics) this.#fresh.add(topic);
    this.#wake.ring();
  }

  /** Waits for the handlers under way, commits, leaves the group. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#wake.ring();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const backoff = new Backoff({ firstMs: 100, maxMs: 2_000 });
    while (!this.#closing) {
      try {
        if (!this.#joined) await this.#join();
        await this.#keepLease();
        await this.#settlePartitions();
        await this.#feedIdleWorkers();
        backoff.reset();
        const nextAt = Math.min(this.#nextBeatAt, this.#nextPollAt);
        await this.#wake.wait(Math.max(1, nextAt - performance.now()));
      } catch (error) {
        this.#groupChanged = true;
        const pauseMs = backoff.next();
        this.#options.logger.warn(
          { err: error, group: this.#options.subscription.group, pauseMs },
          'a consumer cannot reach its log; it retries',
        );
        await this.#wake.wait(pauseMs);
      }
    }
    await this.#leave();
  }

  async #join(): Promise<void> {
    const { topics, from } = this.#options.subscription;
    for (const topic of topics) await this.#options.log.ensureTopic(topic);
    await this.#options.group.join({ topics, from: from ?? 'earliest' });
    this.#joined = true;
    this.#groupChanged = true;
    this.#nextBeatAt = performance.now() + this.#options.heartbeatMs;
  }

  async #keepLease(): Promise<void> {
    if (performance.now() < this.#nextBeatAt) return;
    const state = await this.#options.group.heartbeat();
    this.#nextBeatAt = performance.now() + this.#options.heartbeatMs;
    // Once a beat the plan is looked at whether or not a notification came: that may have been lost.
    this.#groupChanged = true;
    if (state === 'neighbourDied') await this.#options.group.rebalance();
    if (state === 'evicted') {
      this.#options.logger.warn(
        { group: this.#options.subscription.group },
        'the lease of a consumer ran out; it joins again',
      );
      this.#abandonAll();
      await this.#join();
    }
  }

  /** Brings the workers in line with the group's plan. */
  async #settlePartitions(): Promise<void> {
    if ([...this.#workers.values()].some(({ fenced }) => fenced)) this.#groupChanged = true;
    if (!this.#groupChanged) return;
    this.#groupChanged = false;
    const view = await this.#options.group.view();

    const owned = new Map([...view.kept, ...view.toRelease].map((holding) => [nameOf(holding), holding]));
    for (const [name, worker] of this.#workers) {
      if (!worker.fenced && owned.get(name)?.epoch === worker.holding.epoch) continue;
      worker.abandon();
      this.#workers.delete(name);
    }
    for (const holding of view.toRelease) this.#release(holding);
    for (const holding of view.kept) this.#startWorker(holding);
    if (view.toClaim.length > 0) {
      for (const holding of await this.#options.group.claim()) this.#startWorker(holding);
    }
  }

  #startWorker(holding: Holding): void {
    const name = nameOf(holding);
    if (this.#workers.has(name) || this.#releasing.has(name)) return;
    const { subscription, logger } = this.#options;
    this.#workers.set(
      name,
      new PartitionWorker({
        holding,
        handle: subscription.handle,
        commit: (position) => this.#commits.add(position),
        onIdle: () => this.#wake.ring(),
        logger,
        commitEveryMs: 500,
      }),
    );
    this.#fresh.add(holding.topic);
  }

  /** In the background, for the message under way may take long; its lease goes on meanwhile. */
  #release(holding: Holding): void {
    const name = nameOf(holding);
    if (this.#releasing.has(name)) return;
    const worker = this.#workers.get(name);
    const released = (async () => {
      await worker?.stop();
      await this.#options.group.release(holding);
    })()
      .catch((error: unknown) => {
        this.#options.logger.warn(
          { err: error, ...holding, epoch: String(holding.epoch), committed: String(holding.committed) },
          'a partition could not be released; the next beat tries again',
        );
      })
      .finally(() => {
        this.#workers.delete(name);
        this.#releasing.delete(name);
      });
    this.#releasing.set(name, released);
  }

  async #feedIdleWorkers(): Promise<void> {
    if (performance.now() >= this.#nextPollAt) {
      for (const topic of this.#options.subscription.topics) this.#fresh.add(topic);
      this.#nextPollAt = performance.now() + this.#options.pollMs;
    }
    const hungry = [...this.#workers.values()].filter(
      (worker) => worker.idle && this.#fresh.has(worker.holding.topic),
    );
    if (hungry.length === 0) return;
    const asked = new Set(this.#fresh);
    this.#fresh.clear();
    let fullyRead: ReadonlySet<PartitionWorker>;
    try {
      fullyRead = await this.#feed(hungry);
    } catch (error) {
      for (const topic of asked) this.#fresh.add(topic);
      throw error;
    }
    // Who was busy has not been asked for, and who got a full batch may find more: their topics stay fresh until they were.
    for (const worker of this.#workers.values())
      if (!fullyRead.has(worker) && asked.has(worker.holding.topic)) this.#fresh.add(worker.holding.topic);
  }

  /** Answers with those for whom there was no more than they got. */
  async #feed(workers: readonly PartitionWorker[]): Promise<ReadonlySet<PartitionWorker>> {
    const { log, batchMessages } = this.#options;
    const messages = await log.read(
      workers.map(({ holding, position }) => ({ ...holding, offset: position })),
      batchMessages,
    );
    const batches = new Map<string, DeliveredMessage[]>();
    for (const message of messages) {
      const batch = batches.get(nameOf(message));
      if (batch) batch.push(message);
      else batches.set(nameOf(message), [message]);
    }
    const fullyRead = new Set<PartitionWorker>();
    for (const worker of workers) {
      const batch = batches.get(nameOf(worker.holding)) ?? [];
      if (batch.length < batchMessages) fullyRead.add(worker);
      if (batch.length > 0 && worker.idle) worker.accept(batch);
    }
    return fullyRead;
  }

  #abandonAll(): void {
    for (const worker of this.#workers.values()) worker.abandon();
    this.#workers.clear();
  }

  async #leave(): Promise<void> {
    await Promise.all([
      ...this.#releasing.values(),
      ...[...this.#workers.values()].map((worker) => worker.stop()),
    ]);
    try {
      await this.#options.group.leave();
    } catch (error) {
      // The lease will run out by itself, and the others take over then.
      this.#options.logger.warn(
        { err: error, group: this.#options.subscription.group },
        'a consumer could not say good-bye to its group',
      );
    }
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
