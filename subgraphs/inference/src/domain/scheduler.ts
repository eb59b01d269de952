/**
 * Decides what a device computes in its next step: continuous batching with chunked prefill.
 *
 *   waiting --its turn, slot and positions free--> prefilling --whole prompt written--> decoding --finish/cancel--> gone
 *      \---------------------- deadline passed ------------------------------------------/
 *
 * A lane is one loaded model: sequences of one lane share a batch and one pool of slots (`kv-pool.ts`). Whose turn it is
 * says the fair queue (`fair-queue.ts`): a request that must wait for positions holds up those of its lane behind it, so
 * that small ones do not starve a large one.
 *
 *   step:  | lane A: decode [s1 s4 s5] | lane B: decode [s2] | prefill s6 tokens 0..63 | prefill s7 tokens 0..63 |
 *
 * Invariants, held by property tests:
 * - at most `maxSequences` sequences hold a slot, and what they reserve fits into the positions of their lane;
 * - each step decodes every decoding sequence exactly once, so nobody starves;
 * - a step prefills at most `prefillTokensPerStep` tokens, so that a long prompt does not stall running streams; half of
 *   them are for the oldest prompt, the rest for the shortest ones, so that it does not stall short prompts either;
 * - while any sequence exists, a step does something.
 */
import { FairQueue, generatedTokenCost, type Priority, promptTokenCost } from './fair-queue.ts';
import { KvPool, type KvPoolOptions } from './kv-pool.ts';

export interface SequenceToSchedule {
  readonly id: string;
  /** The loaded model it runs on. */
  readonly lane: string;
  readonly adapter?: string | undefined;
  /** Its account (`account.ts`): whose turn it takes, and with whom it shares. */
  readonly tenant: string;
  readonly priority: Priority;
  /** Those there are now have to be in the cache before a new one can be computed; new ones are added while it runs. */
  readonly tokens: readonly number[];
  /** Positions that it may come to need, at least as many as there are tokens. */
  readonly reserve: number;
  /** Milliseconds of the clock that `schedule` is told. */
  readonly deadlineAt?: number | undefined;
}

export interface PrefillChunk {
  readonly id: string;
  readonly lane: string;
  readonly slot: number;
  /** Done before the chunk: the first `length` positions of another slot are its prefix. */
  readonly copy?: { readonly from: number; readonly length: number } | undefined;
  /** Tokens of the sequence that the slot holds already. */
  readonly start: number;
  readonly count: number;
  /** True if the chunk ends the prefill: its logits give the first new token. */
  readonly isLast: boolean;
}

/** The same object in each step, as long as the same sequences decode. */
export interface DecodeGroup {
  readonly lane: string;
  readonly sequences: readonly { readonly id: string; readonly slot: number }[];
}

export interface EmptiedSlots {
  readonly lane: string;
  readonly slots: readonly number[];
}

export interface StepPlan {
  /** Before anything is run: what these slots held is of no use any more, and nothing of the plan is a copy of it. */
  readonly emptied: readonly EmptiedSlots[];
  /** Sequences whose deadline has passed; they are gone from here. */
  readonly expired: readonly string[];
  /** Sequences that got a slot at the beginning of this step. */
  readonly admitted: readonly string[];
  readonly decode: readonly DecodeGroup[];
  readonly prefill: readonly PrefillChunk[];
}

export type Enqueued =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'too-long'; readonly positions: number };

interface RunningSequence extends SequenceToSchedule {
  readonly prefillTokens: number;
  isStarted: boolean;
}

/** A group, and what a step of it comes to. */
interface Decoding {
  readonly group: DecodeGroup;
  readonly slots: readonly number[];
  /** By tenant. */
  readonly costs: ReadonlyMap<string, number>;
}

export interface SchedulerOptions {
  readonly maxSequences: number;
  readonly prefillTokensPerStep: number;
}

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #pools = new Map<string, KvPool>();
  readonly #queue = new FairQueue<SequenceToSchedule>();
  readonly #running = new Map<string, RunningSequence>();
  /** Those of them whose prompt is not written yet, oldest first. */
  readonly #prefilling = new Map<string, RunningSequence>();
  /** The others; put together anew when one joins or leaves, since most steps have those of the step before. */
  #decoding: readonly Decoding[] | undefined;
  /** Of those that have one, here because few do. */
  readonly #deadlines = new Map<string, number>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  get running(): number {
    return this.#running.size;
  }

  addLane(lane: string, options: KvPoolOptions): void {
    this.#pools.set(lane, new KvPool(options));
  }

  /** With its slots goes all that was kept in them. */
  removeLane(lane: string): void {
    this.#pools.delete(lane);
  }

  forgetAdapter(lane: string, adapter: string): void {
    this.#pools.get(lane)?.forgetAdapter(adapter);
  }

  enqueue(sequence: SequenceToSchedule): Enqueued {
    const pool = this.#pool(sequence.lane);
    if (!pool.couldHold(sequence.reserve)) return { kind: 'too-long', positions: pool.positions };
    this.#queue.push(sequence);
    if (sequence.deadlineAt !== undefined) this.#deadlines.set(sequence.id, sequence.deadlineAt);
    return { kind: 'waiting' };
  }

  /**
   * Forgets a sequence, finished or cancelled: its slot is free for the next step. What it wrote is kept for others unless it
   * is spoilt. False if it is not here.
   */
  remove(id: string, outcome?: 'whole' | 'spoilt'): boolean {
    this.#deadlines.delete(id);
    const running = this.#running.get(id);
    if (running) {
      this.#running.delete(id);
      this.#prefilling.delete(id);
      this.#decoding = undefined;
      this.#pool(running.lane).release(id, outcome);
    }
    const wasHere = this.#queue.remove(id) || running !== undefined;
    if (this.#running.size === 0 && this.#queue.size === 0) this.#queue.reset();
    return wasHere;
  }

  /** Positions that running sequences have reserved, and those there are. */
  positions(): { readonly reserved: number; readonly kept: number; readonly total: number } {
    const pools = [...this.#pools.values()];
    const sum = (of: (pool: KvPool) => number) => pools.reduce((all, pool) => all + of(pool), 0);
    return {
      reserved: sum((pool) => pool.reserved),
      kept: sum((pool) => pool.kept),
      total: sum((pool) => pool.positions),
    };
  }

  /** The next step. What it plans counts as done: call it once a step, then `remove` what ended. */
  schedule(now: number): StepPlan {
    const expired = this.#expire(now);
    const decode = this.#decodeGroups();
    const admitted = this.#admit();
    const prefill = this.#prefillChunks();
    return { emptied: this.#takeEmptied(), expired, admitted, decode, prefill };
  }

  #takeEmptied(): readonly EmptiedSlots[] {
    const emptied: EmptiedSlots[] = [];
    for (const [lane, pool] of this.#pools) {
      const slots = pool.takeEmptied();
      if (slots.length > 0) emptied.push({ lane, slots });
    }
    return emptied;
  }

  #expire(now: number): readonly string[] {
    if (this.#deadlines.size === 0) return [];
    const expired = [...this.#deadlines].filter(([, deadlineAt]) => deadlineAt <= now).map(([id]) => id);
    for (const id of expired) this.remove(id);
    return expired;
  }

  #decodeGroups(): readonly DecodeGroup[] {
    this.#decoding ??= this.#groupDecoding();
    for (const { group, slots, costs } of this.#decoding) {
      this.#pool(group.lane).lengthen(slots);
      for (const [tenant, cost] of costs) this.#queue.charge(tenant, cost);
    }
    return this.#decoding.map(({ group }) => group);
  }

  #groupDecoding(): readonly Decoding[] {
    const byLane = new Map<string, RunningSequence[]>();
    for (const sequence of this.#running.values()) {
      if (this.#prefilling.has(sequence.id)) continue;
      const together = byLane.get(sequence.lane);
      if (together) together.push(sequence);
      else byLane.set(sequence.lane, [sequence]);
    }
    return [...byLane].map(([lane, together]) => {
      const pool = this.#pool(lane);
      const sequences = together.map(({ id }) => ({ id, slot: pool.slotOf(id) }));
      const costs = new Map<string, number>();
      for (const { tenant } of together) costs.set(tenant, (costs.get(tenant) ?? 0) + generatedTokenCost);
      return { group: { lane, sequences }, slots: sequences.map(({ slot }) => slot), costs };
    });
  }

  #admit(): readonly string[] {
    if (this.#queue.size === 0) return [];
    const admitted: string[] = [];
    const full = new Set<string>();
    const canTake = ({ lane, reserve }: SequenceToSchedule): boolean => {
      if (full.has(lane)) return false;
      const hasRoom = this.#pool(lane).hasRoomFor(reserve);
      if (!hasRoom) full.add(lane);
      return hasRoom;
    };
    while (this.#running.size < this.#options.maxSequences) {
      const sequence = this.#queue.take(canTake);
      if (!sequence) break;
      const { id, lane, adapter, tenant, tokens, reserve } = sequence;
      const { length } = this.#pool(lane).claim({ id, adapter, tenant, tokens, reserve });
      const running = { ...sequence, prefillTokens: tokens.length, isStarted: false };
      this.#running.set(id, running);
      this.#prefilling.set(id, running);
      this.#queue.charge(tenant, promptTokenCost * (tokens.length - length));
      admitted.push(id);
    }
    return admitted;
  }

  #prefillChunks(): readonly PrefillChunk[] {
    if (this.#prefilling.size === 0) return [];
    const chunks = this.#chunksOfStep();
    for (const { id, isLast } of chunks) {
      if (!isLast) continue;
      this.#prefilling.delete(id);
      this.#decoding = undefined;
    }
    return chunks;
  }

  /** The oldest prompt has half of the step's tokens, the shortest ones the rest, the oldest what they leave. */
  #chunksOfStep(): readonly PrefillChunk[] {
    const [oldest, ...others] = this.#prefilling.values();
    if (!oldest) return [];
    const budget = this.#options.prefillTokensPerStep;
    const first = this.#chunk(oldest, others.length > 0 ? Math.ceil(budget / 2) : budget);
    let left = budget - first.count;
    const chunks: PrefillChunk[] = [];
    for (const sequence of others.sort((a, b) => this.#missing(a) - this.#missing(b))) {
      if (left === 0) break;
      // Somebody before it computes the beginning of its prompt: it waits, and copies that.
      if (!sequence.isStarted && this.#pool(sequence.lane).isPrefixUnderWay(sequence.id)) continue;
      const chunk = this.#chunk(sequence, left);
      chunks.push(chunk);
      left -= chunk.count;
    }
    return [this.#lengthened(first, oldest, left), ...chunks];
  }

  #chunk(sequence: RunningSequence, atMost: number): PrefillChunk {
    const { id, lane, tenant } = sequence;
    const pool = this.#pool(lane);
    const prefix = sequence.isStarted ? undefined : pool.prefixToCopy(id);
    sequence.isStarted = true;
    if (prefix) {
      this.#queue.charge(tenant, -promptTokenCost * (prefix.length - pool.written(id)));
      pool.write(id, prefix.length);
    }
    const start = pool.written(id);
    const missing = this.#missing(sequence);
    const count = Math.min(missing, atMost);
    pool.write(id, start + count);
    const copy = prefix && { from: prefix.slot, length: prefix.length };
    return { id, lane, slot: pool.slotOf(id), copy, start, count, isLast: count === missing };
  }

  #lengthened(chunk: PrefillChunk, sequence: RunningSequence, left: number): PrefillChunk {
    const missing = this.#missing(sequence);
    const more = Math.min(left, missing);
    this.#pool(chunk.lane).write(chunk.id, chunk.start + chunk.count + more);
    return { ...chunk, count: chunk.count + more, isLast: more === missing };
  }

  #missing({ id, lane, prefillTokens }: RunningSequence): number {
    return Math.max(0, prefillTokens - this.#pool(lane).written(id));
  }

  #pool(lane: string): KvPool {
    const pool = this.#pools.get(lane);
    if (!pool) throw new Error(`There is no lane ${lane}.`);
    return pool;
  }
}
