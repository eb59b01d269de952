/**
 * Decides what a device computes in its next step: continuous batching with chunked prefill.
 *
 *   waiting (FIFO) --slot free--> prefilling --whole prompt written--> decoding --finish/cancel--> gone
 *
 * A lane is one loaded model: sequences of one lane share a batch, and each lane numbers its own slots from 0.
 *
 *   step:  | lane A: decode [s1 s4 s5] | lane B: decode [s2] | prefill s6 tokens 0..127 |
 *
 * Invariants, held by property tests:
 * - at most `maxSequences` sequences hold a slot, and no two sequences of a lane hold the same one;
 * - sequences get their slots in the order they came;
 * - each step decodes every decoding sequence exactly once, so nobody starves;
 * - a step prefills at most `prefillTokensPerStep` tokens, so that a long prompt does not stall running streams;
 * - while any sequence exists, a step does something.
 */
export interface SequenceToSchedule {
  readonly id: string;
  /** The loaded model it runs on. */
  readonly lane: string;
  /** Tokens to write into the cache before the first new one can be computed. At least 1. */
  readonly prefillTokens: number;
}

export interface PrefillChunk {
  readonly id: string;
  readonly lane: string;
  readonly slot: number;
  /** Tokens of the sequence that the slot holds already. */
  readonly start: number;
  readonly count: number;
  /** True if the chunk ends the prefill: its logits give the first new token. */
  readonly isLast: boolean;
}

export interface DecodeGroup {
  readonly lane: string;
  readonly sequences: readonly { readonly id: string; readonly slot: number }[];
}

export interface StepPlan {
  /** Sequences that got a slot at the beginning of this step. */
  readonly admitted: readonly string[];
  readonly decode: readonly DecodeGroup[];
  readonly prefill: readonly PrefillChunk[];
}

interface RunningSequence extends SequenceToSchedule {
  readonly slot: number;
  readonly prefilled: number;
}

export interface SchedulerOptions {
  readonly maxSequences: number;
  readonly prefillTokensPerStep: number;
}

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #waiting = new Map<string, SequenceToSchedule>();
  readonly #running = new Map<string, RunningSequence>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get running(): number {
    return this.#running.size;
  }

  enqueue(sequence: SequenceToSchedule): void {
    this.#waiting.set(sequence.id, sequence);
  }

  /** Forgets a sequence, finished or cancelled: its slot is free for the next step. False if it is not here. */
  remove(id: string): boolean {
    return this.#waiting.delete(id) || this.#running.delete(id);
  }

  has(id: string): boolean {
    return this.#waiting.has(id) || this.#running.has(id);
  }

  isLaneInUse(lane: string): boolean {
    return [...this.#waiting.values(), ...this.#running.values()].some((sequence) => sequence.lane === lane);
  }

  /** The next step. What it plans counts as done: call it once a step, then `remove` what ended. */
  schedule(): StepPlan {
    const decode = this.#decodeGroups();
    const admitted = this.#admit();
    return { admitted, decode, prefill: this.#prefillChunks() };
  }

  #decodeGroups(): readonly DecodeGroup[] {
    const groups = new Map<string, { id: string; slot: number }[]>();
    for (const { id, lane, slot, prefilled, prefillTokens } of this.#running.values()) {
      if (prefilled < prefillTokens) continue;
      const group = groups.get(lane) ?? [];
      group.push({ id, slot });
      groups.set(lane, group);
    }
    return [...groups].map(([lane, sequences]) => ({ lane, sequences }));
  }

  #admit(): readonly string[] {
    const admitted: string[] = [];
    for (const sequence of this.#waiting.values()) {
      if (this.#running.size >= this.#options.maxSequences) break;
      this.#waiting.delete(sequence.id);
      this.#running.set(sequence.id, { ...sequence, slot: this.#freeSlot(sequence.lane), prefilled: 0 });
      admitted.push(sequence.id);
    }
    return admitted;
  }

  /** The oldest prompts first, until the step's budget of tokens is spent. */
  #prefillChunks(): readonly PrefillChunk[] {
    const chunks: PrefillChunk[] = [];
    let budget = this.#options.prefillTokensPerStep;
    for (const sequence of this.#running.values()) {
      const missing = sequence.prefillTokens - sequence.prefilled;
      if (missing === 0) continue;
      if (budget === 0) break;
      const count = Math.min(missing, budget);
      const { id, lane, slot, prefilled: start } = sequence;
      chunks.push({ id, lane, slot, start, count, isLast: count === missing });
      this.#running.set(id, { ...sequence, prefilled: start + count });
      budget -= count;
    }
    return chunks;
  }

  #freeSlot(lane: string): number {
    const taken = new Set(
      [...this.#running.values()].filter((other) => other.lane === lane).map(({ slot }) => slot),
    );
    let slot = 0;
    while (taken.has(slot)) slot++;
    return slot;
  }
}
