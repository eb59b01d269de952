/**
 * Run: what a step has planned goes through the models, and what that took is put down to the requests that were in it.
 *
 * Nothing here decides: slots, chunks and rows are the schedule's, and what the logits mean is `next-tokens`'.
 */
import type { Decoder } from '@fathom/neural/serving/decoder';
import type { DecodeGroup, PrefillChunk } from '../domain/scheduler.ts';
import type { Lane } from './lane.ts';
import type { Sequence } from './sequence.ts';
import type { StepInProgress } from './step-in-progress.ts';

/** What a run gave: a row of logits for each sequence, valid until the next run. None where nothing is to be drawn from it. */
export interface Computed {
  readonly sequences: readonly (Sequence | undefined)[];
  readonly logits: Float32Array;
  readonly summaries: Decoder['summaries'];
  readonly width: number;
}

/** What the engine has; both throw where a plan names what is not there. */
export interface Held {
  laneOf(versionId: string): Lane;
  sequenceOf(id: string): Sequence;
}

/** Sequences that decode together, in the order of their rows, and the numbers that differ in each step. */
interface Batch {
  readonly sequences: readonly Sequence[];
  readonly ids: readonly string[];
  readonly slots: readonly number[];
  readonly adapters: readonly (string | undefined)[];
  readonly tokens: number[];
  readonly lengths: number[];
}

export class ModelRuns {
  readonly #held: Held;
  readonly #now: () => number;
  readonly #batches = new WeakMap<DecodeGroup['sequences'], Batch>();

  constructor(held: Held, now: () => number) {
    this.#held = held;
    this.#now = now;
  }

  /** One token more of each. */
  async decode(group: DecodeGroup, step: StepInProgress): Promise<Computed> {
    const { session } = this.#held.laneOf(group.lane);
    const { sequences, ids, slots, tokens, lengths, adapters } = this.#batchOf(group, session);
    sequences.forEach((sequence, row) => {
      tokens[row] = sequence.tokens.at(-1) ?? 0;
      lengths[row] = sequence.tokens.length - 1;
    });
    const startedAt = this.#now();
    const logits = await session.decode({ slots, tokens, lengths, adapters });
    step.costs.push({ ids, elapsedMs: this.#now() - startedAt });
    // The run has moved rows: from the next step on they are in order again.
    if (!areInRowOrder(slots, session)) this.#batches.delete(group.sequences);
    return { sequences, logits, summaries: session.summaries, width: session.vocabularySize };
  }

  /** A chunk of one prompt; nothing is to be drawn before its last. */
  async prefill(chunk: PrefillChunk, step: StepInProgress): Promise<Computed | undefined> {
    const { slot, copy, start, count, isLast } = chunk;
    const { session } = this.#held.laneOf(chunk.lane);
    const sequence = this.#held.sequenceOf(chunk.id);
    const { adapter } = sequence.request;
    const startedAt = this.#now();
    if (copy) session.copySlot({ from: copy.from, to: slot, length: copy.length });
    this.#begun(sequence, start, step);
    const logits = await session.prefill({
      slot,
      tokens: sequence.tokens.slice(start, start + count),
      startPosition: start,
      ...(adapter === undefined ? {} : { adapter }),
    });
    step.costs.push({ ids: [chunk.id], elapsedMs: this.#now() - startedAt });
    if (!isLast) return undefined;
    return { sequences: [sequence], logits, summaries: session.summaries, width: session.vocabularySize };
  }

  /** Prompts of one lane that begin; those that do not end with the chunk have logits that nobody reads. */
  async prefillTogether(chunks: readonly PrefillChunk[], step: StepInProgress): Promise<Computed> {
    const { session } = this.#held.laneOf(chunks[0]?.lane ?? '');
    const sequences = chunks.map(({ id }) => this.#held.sequenceOf(id));
    const startedAt = this.#now();
    for (const sequence of sequences) this.#begun(sequence, 0, step);
    const input = {
      slots: chunks.map(({ slot }) => slot),
      tokens: sequences.map(({ tokens }, at) => tokens.slice(0, chunks[at]?.count)),
      adapters: sequences.map(({ request }) => request.adapter),
    };
    const logits = (await session.prefillTogether?.(input)) ?? new Float32Array();
    step.costs.push({ ids: chunks.map(({ id }) => id), elapsedMs: this.#now() - startedAt });
    const whole = sequences.map((sequence, at) => (chunks[at]?.isLast ? sequence : undefined));
    return { sequences: whole, logits, summaries: session.summaries, width: session.vocabularySize };
  }

  #begun(sequence: Sequence, cachedTokens: number, step: StepInProgress): void {
    if (!sequence.isStarted) step.prompts.push({ id: sequence.request.id, cachedTokens });
    sequence.isStarted = true;
  }

  /** What is the same in each step of a group is put together once. */
  #batchOf(group: DecodeGroup, session: Decoder): Batch {
    const known = this.#batches.get(group.sequences);
    if (known) return known;
    const planned = inRowOrder(group.sequences, session);
    const sequences = planned.map(({ id }) => this.#held.sequenceOf(id));
    const batch: Batch = {
      sequences,
      ids: planned.map(({ id }) => id),
      slots: planned.map(({ slot }) => slot),
      adapters: sequences.map(({ request }) => request.adapter),
      tokens: [],
      lengths: [],
    };
    this.#batches.set(group.sequences, batch);
    return batch;
  }
}

/** The order that spares the model putting its logits into another. */
function inRowOrder<Planned extends { readonly slot: number }>(
  sequences: readonly Planned[],
  session: Decoder,
): readonly Planned[] {
  const rowOf = session.rowOf?.bind(session);
  return rowOf === undefined ? sequences : sequences.toSorted((a, b) => rowOf(a.slot) - rowOf(b.slot));
}

function areInRowOrder(slots: readonly number[], session: Decoder): boolean {
  const rowOf = session.rowOf?.bind(session);
  return rowOf === undefined || slots.every((slot, at) => at === 0 || rowOf(slots[at - 1]!) < rowOf(slot));
}
