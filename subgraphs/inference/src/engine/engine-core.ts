/**
 * The engine of one device: schedule, run, post-process; requests join and leave at every step.
 *
 * It runs inside a worker thread, because a run of ONNX Runtime blocks the thread that calls it. What it owns is
 * gone with its worker; see `protocol.ts` for how requests survive that. A cancellation that comes during a step takes
 * effect between it and the next: what a step has planned is what it computes.
 */

import type { Decoder } from '@fathom/neural/serving/decoder';
import { jointPrefills } from '../domain/joint-prefill.ts';
import type { ResponseFormat } from '../domain/response-format.ts';
import {
  type LogitRow,
  LogitsNotFiniteError,
  NothingAllowedError,
  type SampledToken,
  sampleToken,
} from '../domain/sampling.ts';
import { type DecodeGroup, type PrefillChunk, Scheduler, type StepPlan } from '../domain/scheduler.ts';
import { GrammarInvalidError } from '../grammar/grammar-set.ts';
import { computeInParts, type MemoryShortage } from './compute-in-parts.ts';
import type { Lane } from './lane.ts';
import type { EngineEnd, EngineLoad, EngineRequest, EngineToken } from './protocol.ts';
import type { StepOutcome } from './report-batch.ts';
import { Sequence } from './sequence.ts';

export interface EngineCoreOptions {
  readonly maxSequences: number;
  readonly prefillTokensPerStep: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Bytes that the worker holds beside its models. */
  readonly ownMemoryBytes: () => number;
}

interface StepInProgress {
  readonly prompts: { readonly id: string; readonly cachedTokens: number }[];
  readonly tokens: EngineToken[];
  readonly ended: EngineEnd[];
  readonly shares: Map<string, number>;
  /** Slots whose sequences were given up in it: nothing is copied from them. */
  readonly unwritten: Set<string>;
  busyMs: number;
}

/** What goes through a model in one run, where there is memory for all of it at once. */
type PlannedRun = () => Promise<void>;

/** What a run gave: a row of logits for each sequence, valid until the next run. None where nothing is to be drawn from it. */
interface Computed {
  readonly sequences: readonly (Sequence | undefined)[];
  readonly logits: Float32Array;
  readonly summaries: Decoder['summaries'];
  readonly width: number;
}

interface GivenUp {
  readonly id: string;
  readonly lane: string;
  readonly slot: number;
  readonly shortage: MemoryShortage;
}

export class EngineCore {
  readonly #options: EngineCoreOptions;
  readonly #scheduler: Scheduler;
  readonly #lanes = new Map<string, Lane>();
  readonly #sequences = new Map<string, Sequence>();
  readonly #cancelled = new Set<string>();
  /** Ends that happened between steps; they are reported with the next one. */
  #endedMeanwhile: EngineEnd[] = [];
  readonly #rows = new WeakMap<Float32Array, readonly Float32Array[]>();

  constructor(options: EngineCoreOptions) {
    this.#options = options;
    this.#scheduler = new Scheduler(options);
  }

  get hasWork(): boolean {
    return this.#sequences.size > 0 || this.#endedMeanwhile.length > 0;
  }

  addLane(versionId: string, lane: Lane): void {
    this.#lanes.set(versionId, lane);
    this.#scheduler.addLane(versionId, lane.pool);
  }

  lane(versionId: string): Lane | undefined {
    return this.#lanes.get(versionId);
  }

  /** Releases a model. The service unloads only what no request uses. */
  async removeLane(versionId: string): Promise<void> {
    const lane = this.#lanes.get(versionId);
    this.#lanes.delete(versionId);
    this.#scheduler.removeLane(versionId);
    await lane?.release();
  }

  removeAdapter(lane: string, adapter: string): void {
    this.#lanes.get(lane)?.unloadAdapter(adapter);
    this.#scheduler.forgetAdapter(lane, adapter);
  }

  submit(request: EngineRequest): void {
    const { id, lane: laneId, adapter, tenant = '', priority = 'NORMAL', timeoutMs } = request;
    const lane = this.#lanes.get(laneId);
    if (!lane) {
      this.#endedMeanwhile.push(fault(id, `${laneId} is not loaded on this device.`));
      return;
    }
    const { tokenizer, stopTokenIds, capacity } = lane;
    const sequence = new Sequence({ request, tokenizer, stopTokenIds, capacity });
    const { tokens, reserve } = sequence;
    const deadlineAt = timeoutMs === undefined ? undefined : this.#options.now() + timeoutMs;
    const scheduled = { id, lane: laneId, adapter, tenant, priority, tokens, reserve, deadlineAt };
    const enqueued = this.#scheduler.enqueue(scheduled);
    if (enqueued.kind === 'waiting') this.#sequences.set(id, sequence);
    else this.#endedMeanwhile.push(tooLong(id, tokens.length, enqueued.positions));
  }

  /** The slot is free for the next step. */
  cancel(id: string): void {
    if (this.#sequences.has(id)) this.#cancelled.add(id);
  }

  async step(): Promise<StepOutcome> {
    const step = this.#begin();
    const plan = this.#schedule(step);
    for (const run of this.#runsOf(plan, step)) await run();
    const { unwritten: _, ...outcome } = step;
    return { admitted: plan.admitted, ...outcome };
  }

  load(): EngineLoad {
    const { reserved, total } = this.#scheduler.positions();
    let memoryBytes = this.#options.ownMemoryBytes();
    for (const lane of this.#lanes.values()) memoryBytes += lane.memoryBytes;
    return {
      active: this.#scheduler.running,
      waiting: this.#scheduler.waiting,
      kvCacheUsage: total === 0 ? 0 : reserved / total,
      freeKvTokens: total - reserved,
      memoryBytes,
    };
  }

  #begin(): StepInProgress {
    const ended = this.#endedMeanwhile;
    this.#endedMeanwhile = [];
    for (const id of this.#cancelled)
      if (this.#forget(id)) ended.push({ id, kind: 'finished', reason: 'CANCELLED', tailText: '' });
    this.#cancelled.clear();
    return { prompts: [], tokens: [], ended, shares: new Map(), unwritten: new Set(), busyMs: 0 };
  }

  #schedule(step: StepInProgress): StepPlan {
    const plan = this.#scheduler.schedule(this.#options.now());
    for (const id of plan.expired) {
      this.#forget(id);
      step.ended.push({ id, kind: 'failed', code: 'DEADLINE_EXCEEDED', message: 'Its deadline has passed.' });
    }
    return plan;
  }

  #runsOf(plan: StepPlan, step: StepInProgress): readonly PlannedRun[] {
    const canJoin = (lane: string): boolean => this.#laneOf(lane).session.prefillTogether !== undefined;
    return [
      ...plan.decode.map((group) => () => this.#decodeAll(group, step)),
      ...jointPrefills(plan.prefill, canJoin).map((chunks) => () => this.#prefillAll(chunks, step)),
    ];
  }

  #decodeAll({ lane, sequences }: DecodeGroup, step: StepInProgress): Promise<void> {
    return computeInParts({
      items: sequences,
      compute: (part) => this.#decode({ lane, sequences: part }, step),
      use: (computed) => this.#advance(computed, step),
      giveUp: ({ id, slot }, shortage) => this.#giveUp({ id, lane, slot, shortage }, step),
    });
  }

  async #prefillAll(chunks: readonly PrefillChunk[], step: StepInProgress): Promise<void> {
    const [first] = chunks;
    if (first?.copy && step.unwritten.has(slotName(first.lane, first.copy.from)))
      return this.#giveUp({ ...first, shortage: { bytes: undefined } }, step);
    await computeInParts({
      items: chunks,
      compute: (part) =>
        part.length > 1 ? this.#prefillTogether(part, step) : this.#prefill(part[0] as PrefillChunk, step),
      use: async (computed) => {
        if (computed) await this.#advance(computed, step);
      },
      giveUp: (chunk, shortage) => this.#giveUp({ ...chunk, shortage }, step),
    });
  }

  async #decode(group: DecodeGroup, step: StepInProgress): Promise<Computed> {
    const { session } = this.#laneOf(group.lane);
    const sequences = group.sequences.map(({ id }) => this.#sequenceOf(id));
    const startedAt = this.#options.now();
    const logits = await session.decode({
      slots: group.sequences.map(({ slot }) => slot),
      tokens: sequences.map(({ tokens }) => tokens.at(-1) ?? 0),
      lengths: sequences.map(({ tokens }) => tokens.length - 1),
      adapters: sequences.map(({ request }) => request.adapter),
    });
    this.#account(step, this.#options.now() - startedAt, sequences);
    return { sequences, logits, summaries: session.summaries, width: session.vocabularySize };
  }

  async #prefill(chunk: PrefillChunk, step: StepInProgress): Promise<Computed | undefined> {
    const { slot, copy, start, count, isLast } = chunk;
    const { session } = this.#laneOf(chunk.lane);
    const sequence = this.#sequenceOf(chunk.id);
    const { adapter } = sequence.request;
    const startedAt = this.#options.now();
    if (copy) session.copySlot({ from: copy.from, to: slot, length: copy.length });
    this.#begun(sequence, start, step);
    const logits = await session.prefill({
      slot,
      tokens: sequence.tokens.slice(start, start + count),
      startPosition: start,
      ...(adapter === undefined ? {} : { adapter }),
    });
    this.#account(step, this.#options.now() - startedAt, [sequence]);
    if (!isLast) return undefined;
    return { sequences: [sequence], logits, summaries: session.summaries, width: session.vocabularySize };
  }

  /** Prompts of one lane that begin; those that do not end with the chunk have logits that nobody reads. */
  async #prefillTogether(chunks: readonly PrefillChunk[], step: StepInProgress): Promise<Computed> {
    const { session } = this.#laneOf(chunks[0]?.lane ?? '');
    const sequences = chunks.map(({ id }) => this.#sequenceOf(id));
    const startedAt = this.#options.now();
    for (const sequence of sequences) this.#begun(sequence, 0, step);
    const input = {
      slots: chunks.map(({ slot }) => slot),
      tokens: sequences.map(({ tokens }, at) => tokens.slice(0, chunks[at]?.count)),
      adapters: sequences.map(({ request }) => request.adapter),
    };
    const logits = (await session.prefillTogether?.(input)) ?? new Float32Array();
    this.#account(step, this.#options.now() - startedAt, sequences);
    const whole = sequences.map((sequence, at) => (chunks[at]?.isLast ? sequence : undefined));
    return { sequences: whole, logits, summaries: session.summaries, width: session.vocabularySize };
  }

  #begun(sequence: Sequence, cachedTokens: number, step: StepInProgress): void {
    if (!sequence.isStarted) step.prompts.push({ id: sequence.request.id, cachedTokens });
    sequence.isStarted = true;
  }

  /** Draws the next token of each sequence, and ends those that it ends. */
  async #advance({ sequences, logits, summaries, width }: Computed, step: StepInProgress): Promise<void> {
    const rows = this.#rowsOf(logits, width);
    for (const [row, sequence] of sequences.entries()) {
      if (!sequence) continue;
      const { responseFormat } = sequence.request;
      const computed = {
        logits: rows[row] ?? logits,
        summary: summaries && {
          likeliest: summaries.likeliest[row] ?? 0,
          logTotal: summaries.logTotals[row] ?? Number.NaN,
        },
      };
      if (responseFormat) await this.#advanceInForm(sequence, responseFormat, computed, step);
      else this.#advanceOne(sequence, step, computed);
    }
  }

  /** Windows on each row. A decoder gives the same memory back step by step, and windows on it are not for nothing. */
  #rowsOf(logits: Float32Array, width: number): readonly Float32Array[] {
    let rows = this.#rows.get(logits);
    if (rows) return rows;
    rows = Array.from({ length: logits.length / width }, (_, row) =>
      logits.subarray(row * width, (row + 1) * width),
    );
    this.#rows.set(logits, rows);
    return rows;
  }

  async #advanceInForm(
    sequence: Sequence,
    format: ResponseFormat,
    row: LogitRow,
    step: StepInProgress,
  ): Promise<void> {
    const { id } = sequence.request;
    let mask: Int32Array;
    try {
      mask = await this.#maskOf(sequence, format);
    } catch (error) {
      if (!(error instanceof GrammarInvalidError)) throw error;
      return this.#end({ id, kind: 'failed', code: 'RESPONSE_FORMAT_FAILED', message: error.message }, step);
    }
    this.#advanceOne(sequence, step, row, mask);
  }

  #advanceOne(sequence: Sequence, step: StepInProgress, row: LogitRow, mask?: Int32Array): void {
    const { id } = sequence.request;
    try {
      const { token, end } = sequence.advance(sample(sequence, row, mask));
      if (token) step.tokens.push(token);
      if (end) this.#end(end, step);
    } catch (error) {
      if (error instanceof LogitsNotFiniteError)
        this.#end(
          fault(id, `The model computed values that are no numbers. ${error.message}`),
          step,
          'spoilt',
        );
      else if (error instanceof NothingAllowedError || error instanceof GrammarInvalidError)
        this.#end({ id, kind: 'failed', code: 'RESPONSE_FORMAT_FAILED', message: error.message }, step);
      else throw error;
    }
  }

  async #maskOf(sequence: Sequence, format: ResponseFormat): Promise<Int32Array> {
    const { lane, priorTokens } = sequence.request;
    sequence.constraint ??= await this.#laneOf(lane).grammars.constrain(format, priorTokens);
    return sequence.constraint.mask();
  }

  #end(end: EngineEnd, step: StepInProgress, outcome?: 'spoilt'): void {
    this.#forget(end.id, outcome);
    step.ended.push(end);
  }

  /** There is no memory to compute it here, even alone. */
  #giveUp({ id, lane, slot, shortage }: GivenUp, step: StepInProgress): void {
    step.unwritten.add(slotName(lane, slot));
    const bytes = shortage.bytes === undefined ? '' : `: ${shortage.bytes} bytes in one piece`;
    const message = `The device had no memory to compute it${bytes}.`;
    this.#end({ id, kind: 'failed', code: 'MEMORY_EXHAUSTED', message }, step, 'spoilt');
  }

  #forget(id: string, outcome?: 'spoilt'): boolean {
    this.#scheduler.remove(id, outcome);
    this.#sequences.get(id)?.constraint?.dispose();
    return this.#sequences.delete(id);
  }

  #account(step: StepInProgress, elapsedMs: number, sequences: readonly Sequence[]): void {
    step.busyMs += elapsedMs;
    for (const { request } of sequences)
      step.shares.set(request.id, (step.shares.get(request.id) ?? 0) + elapsedMs / sequences.length);
  }

  #laneOf(versionId: string): Lane {
    const lane = this.#lanes.get(versionId);
    if (!lane) throw new Error(`${versionId} was unloaded under its requests.`);
    return lane;
  }

  #sequenceOf(id: string): Sequence {
    const sequence = this.#sequences.get(id);
    if (!sequence) throw new Error(`${id} was planned but is not here.`);
    return sequence;
  }
}

function sample(
  sequence: Sequence,
  { logits, summary }: LogitRow,
  mask: Int32Array | undefined,
): SampledToken {
  const { tokens, position, request } = sequence;
  const { sampling: settings, promptTokens } = request;
  const promptLength = promptTokens.length;
  return sampleToken({ logits, summary, settings, position, tokens, promptLength, mask });
}

function fault(id: string, message: string): EngineEnd {
  return { id, kind: 'failed', code: 'MODEL_FAULT', message };
}

function tooLong(id: string, tokens: number, positions: number): EngineEnd {
  const message = `It has ${tokens} tokens; the cache of this model holds ${positions}.`;
  return { id, kind: 'failed', code: 'CONTEXT_EXCEEDED', message };
}

function slotName(lane: string, slot: number): string {
  return `${lane} ${slot}`;
}
