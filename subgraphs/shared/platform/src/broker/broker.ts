/**
 * The message broker: a partitioned, replayable log of domain events.
 *
 * Invariants, which the contract suite holds every implementation to:
 * - order: messages of one key are delivered in the order they were published (one key, one partition);
 * - at-least-once: a message is delivered again until its handler returned and its offset was committed;
 * - offsets of a partition are gapless and never reused, so a reader at offset n has seen all that came before it;
 * - a group shares the partitions among its members; a member that dies gives its partitions back.
 * Effects are made exactly-once by the consumer, in its own transaction (`database/inbox.ts`).
 */
export interface OutgoingMessage {
  /** Unique for ever; consumers drop what they have applied already. */
  readonly id: string;
  readonly topic: string;
  /** Orders messages: equal keys keep their order. */
  readonly key: string;
  /** JSON-serialisable. */
  readonly payload: unknown;
  /** W3C `traceparent` and the like. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DeliveredMessage {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly partition: number;
  /** Position in the partition, from 0, gapless. */
  readonly offset: bigint;
  readonly publishedAt: Date;
}

export interface SubscribeOptions {
  readonly topics: readonly string[];
  /** Members of one group share the work; each group sees every message. */
  readonly group: string;
  /** Where a group without committed offsets begins. Default `earliest`. */
  readonly from?: 'earliest' | 'latest';
  /** Messages of one partition arrive one after another; a throw redelivers from this message after a pause. */
  readonly handle: (message: DeliveredMessage) => Promise<void>;
}

export interface Subscription {
  /** Stops delivery, waits for the handler under way, commits, leaves the group. */
  close(): Promise<void>;
}

export interface Broker {
  /** `embedded` or `kafka`, as the banner and /readyz say it. */
  readonly implementation: string;
  /** Resolves when all messages are durable. Publishing the same id again may deliver it twice. */
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
  /** Resolves when the member has joined its group. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Reads a topic from the beginning (or from offsets), outside any group, up to its present end. */
  replay(topic: string, from?: ReadonlyMap<number, bigint>): AsyncIterable<DeliveredMessage>;
  /** Throws when the broker cannot take messages now. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
