/**
 * The engine of one device: schedule (`domain/scheduler`), run (`model-runs`), post-process (`next-tokens`); requests join and
 * leave at every step.
 *
 * It runs inside a worker, because a run of ONNX Runtime blocks the thread that calls it. What it owns is gone with its worker;
 * see `protocol.ts` for how requests survive that. A cancellation that comes during a step takes effect between it and the next:
 * what a step has planned is what it computes, in as many runs as there is memory for.
 */
import { accountOf } from '../domain/account.ts';
import { jointPrefills } from '../domain/joint-prefill.ts';
import { type DecodeGroup, type PrefillChunk, Scheduler, type StepPlan } from '../domain/scheduler.ts';
import { computeInParts, type MemoryShortage } from './compute-in-parts.ts';
import { fault, memoryExhausted, tooLong } from './engine-ends.ts';
import type { Lane } from './lane.ts';
import { ModelRuns } from './model-runs.ts';
import { NextTokens } from './next-tokens.ts';
import type { EngineEnd, EngineLoad, EngineRequest } from './protocol.ts';
import type { StepOutcome } from './report-batch.ts';
import { Sequence } from './sequence.ts';
import type { StepInProgress } from './step-in-progress.ts';

export interface EngineCoreOptions {
  readonly maxSequences: number;
  readonly prefillTokensPerStep: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Bytes that the worker holds beside its models. */
  readonly ownMemoryBytes: () => number;
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
  readonly #runs: ModelRuns;
  readonly #next: NextTokens;
  readonly #lanes = new Map<string, Lane>();
  readonly #sequences = new Map<string, Sequence>();
  readonly #cancelled = new Set<string>();
  /** Ends that happened between steps; they are reported with the next one. */
  #endedMeanwhile: EngineEnd[] = [];

  constructor(options: EngineCoreOptions) {
    this.#options = options;
    this.#scheduler = new Scheduler(options);
    const held = {
      laneOf: (versionId: string) => this.#laneOf(versionId),
      sequenceOf: (id: string) => this.#sequenceOf(id),
    };
    this.#runs = new ModelRuns(held, options.now);
    this.#next = new NextTokens({ held, end: (...ended) => this.#end(...ended) });
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
    const { id, lane: laneId, adapter, priority = 'NORMAL', timeoutMs } = request;
    const lane = this.#lanes.get(laneId);
    if (!lane) {
      this.#endedMeanwhile.push(fault(id, `${laneId} is not loaded on this device.`));
      return;
    }
    const { tokenizer, stopTokenIds, capacity } = lane;
    const sequence = new Sequence({ request, tokenizer, stopTokenIds, capacity });
    const { tokens, reserve } = sequence;
    const deadlineAt = timeoutMs === undefined ? undefined : this.#options.now() + timeoutMs;
    const enqueued = this.#scheduler.enqueue({
      id,
      lane: laneId,
      adapter,
      tenant: accountOf(request),
      priority,
      tokens,
      reserve,
      deadlineAt,
    });
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
    for (const { lane, slots } of plan.emptied) this.#forgetContents(lane, slots);
    for (const group of plan.decode) await this.#decodeAll(group, step);
    for (const chunks of this.#joined(plan.prefill)) await this.#prefillAll(chunks, step);
    const { prompts, tokens, ended, costs } = step;
    return { admitted: plan.admitted, prompts, tokens, ended, costs };
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
    return { prompts: [], tokens: [], ended, costs: [], unwritten: new Set() };
  }

  #schedule(step: StepInProgress): StepPlan {
    const plan = this.#scheduler.schedule(this.#options.now());
    for (const id of plan.expired) {
      this.#forget(id);
      step.ended.push({ id, kind: 'failed', code: 'DEADLINE_EXCEEDED', message: 'Its deadline has passed.' });
    }
    return plan;
  }

  /** What goes through a model in one run, where there is memory for all of it at once. */
  #joined(chunks: readonly PrefillChunk[]): readonly (readonly PrefillChunk[])[] {
    if (chunks.length === 0) return [];
    return jointPrefills(chunks, (lane) => this.#laneOf(lane).session.prefillTogether !== undefined);
  }

  #decodeAll({ lane, sequences }: DecodeGroup, step: StepInProgress): Promise<void> {
    return computeInParts({
      items: sequences,
      compute: (part) => this.#runs.decode({ lane, sequences: part }, step),
      use: (computed) => this.#next.advance(computed, step),
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
        part.length > 1
          ? this.#runs.prefillTogether(part, step)
          : this.#runs.prefill(part[0] as PrefillChunk, step),
      use: async (computed) => {
        if (computed) await this.#next.advance(computed, step);
      },
      giveUp: (chunk, shortage) => this.#giveUp({ ...chunk, shortage }, step),
    });
  }

  #end(end: EngineEnd, step: StepInProgress, outcome?: 'spoilt'): void {
    this.#forget(end.id, outcome);
    step.ended.push(end);
  }

  /** There is no memory to compute it here, even alone. */
  #giveUp({ id, lane, slot, shortage }: GivenUp, step: StepInProgress): void {
    step.unwritten.add(slotName(lane, slot));
    this.#end(memoryExhausted(id, shortage), step, 'spoilt');
  }

  #forgetContents(lane: string, slots: readonly number[]): void {
    const { session } = this.#laneOf(lane);
    for (const slot of slots) session.forget?.(slot);
  }

  #forget(id: string, outcome?: 'spoilt'): boolean {
    this.#scheduler.remove(id, outcome);
    this.#sequences.get(id)?.constraint?.dispose();
    return this.#sequences.delete(id);
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

function slotName(lane: string, slot: number): string {
  return `${lane} ${slot}`;
}
