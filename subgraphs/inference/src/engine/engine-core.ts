/**
 * The engine of one device: schedule, run, post-process; requests join and leave at every step.
 *
 * It runs inside a worker thread, because a run of ONNX Runtime blocks the thread that calls it. What it owns is
 * gone with its worker; see `protocol.ts` for how requests survive that.
 */

import { LogitsNotFiniteError, sampleToken } from '../domain/sampling.ts';
import { type DecodeGroup, type PrefillChunk, Scheduler } from '../domain/scheduler.ts';
import type { Lane } from './lane.ts';
import type { EngineEnd, EngineLoad, EngineRequest, EngineToken, StepReport } from './protocol.ts';
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
  readonly tokens: EngineToken[];
  readonly ended: EngineEnd[];
  readonly shares: Map<string, number>;
  busyMs: number;
}

export class EngineCore {
  readonly #options: EngineCoreOptions;
  readonly #scheduler: Scheduler;
  readonly #lanes = new Map<string, Lane>();
  readonly #sequences = new Map<string, Sequence>();
  /** Ends that happened between steps; they are reported with the next one. */
  #endedMeanwhile: EngineEnd[] = [];

  constructor(options: EngineCoreOptions) {
    this.#options = options;
    this.#scheduler = new Scheduler(options);
  }

  get hasWork(): boolean {
    return this.#sequences.size > 0 || this.#endedMeanwhile.length > 0;
  }

  addLane(versionId: string, lane: Lane): void {
    this.#lanes.set(versionId, lane);
  }

  lane(versionId: string): Lane | undefined {
    return this.#lanes.get(versionId);
  }

  /** Releases a model. The service unloads only what no request uses. */
  async removeLane(versionId: string): Promise<void> {
    const lane = this.#lanes.get(versionId);
    this.#lanes.delete(versionId);
    await lane?.release();
  }

  submit(request: EngineRequest): void {
    const lane = this.#lanes.get(request.lane);
    if (!lane) {
      this.#endedMeanwhile.push(fault(request.id, `${request.lane} is not loaded on this device.`));
      return;
    }
    const { tokenizer, stopTokenIds, capacity } = lane;
    const sequence = new Sequence({ request, tokenizer, stopTokenIds, capacity });
    this.#sequences.set(request.id, sequence);
    this.#scheduler.enqueue({ id: request.id, lane: request.lane, prefillTokens: sequence.tokens.length });
  }

  /** The slot is free for the next step. */
  cancel(id: string): void {
    if (!this.#forget(id)) return;
    this.#endedMeanwhile.push({ id, kind: 'finished', reason: 'CANCELLED', tailText: '' });
  }

  async step(): Promise<StepReport> {
    const step: StepInProgress = { tokens: [], ended: this.#endedMeanwhile, shares: new Map(), busyMs: 0 };
    this.#endedMeanwhile = [];
    const plan = this.#scheduler.schedule();
    for (const group of plan.decode) await this.#decode(group, step);
    for (const chunk of plan.prefill) await this.#prefill(chunk, step);
    return {
      type: 'step',
      admitted: plan.admitted,
      tokens: step.tokens,
      ended: step.ended,
      shares: [...step.shares].map(([id, deviceMs]) => ({ id, deviceMs })),
      busyMs: step.busyMs,
      load: this.load(),
    };
  }

  load(): EngineLoad {
    let held = 0;
    for (const sequence of this.#sequences.values()) held += sequence.tokens.length;
    const positions =
      this.#options.maxSequences * Math.max(1, ...[...this.#lanes.values()].map((lane) => lane.capacity));
    let memoryBytes = this.#options.ownMemoryBytes();
    for (const lane of this.#lanes.values()) memoryBytes += lane.memoryBytes;
    return {
      active: this.#scheduler.running,
      waiting: this.#scheduler.waiting,
      kvCacheUsage: this.#scheduler.running === 0 ? 0 : Math.min(1, held / positions),
      memoryBytes,
    };
  }

  async #decode(group: DecodeGroup, step: StepInProgress): Promise<void> {
    const lane = this.#lanes.get(group.lane);
    // A cancellation may have arrived while an earlier group of this step was computed.
    const rows = group.sequences.flatMap(({ id, slot }) => {
      const sequence = this.#sequences.get(id);
      return sequence ? [{ sequence, slot }] : [];
    });
    if (!lane || rows.length === 0) return;
    const startedAt = this.#options.now();
    const logits = await lane.session.decode({
      slots: rows.map(({ slot }) => slot),
      tokens: rows.map(({ sequence }) => sequence.tokens.at(-1) ?? 0),
      lengths: rows.map(({ sequence }) => sequence.tokens.length - 1),
      adapters: rows.map(({ sequence }) => sequence.request.adapter),
    });
    this.#account(
      step,
      this.#options.now() - startedAt,
      rows.map(({ sequence }) => sequence.request.id),
    );
    const width = lane.session.vocabularySize;
    for (const [row, { sequence }] of rows.entries()) {
      this.#advance(sequence, logits.subarray(row * width, (row + 1) * width), step);
    }
  }

  async #prefill(
    { id, lane: laneId, slot, start, count, isLast }: PrefillChunk,
    step: StepInProgress,
  ): Promise<void> {
    const lane = this.#lanes.get(laneId);
    const sequence = this.#sequences.get(id);
    if (!lane || !sequence) return;
    const startedAt = this.#options.now();
    const { adapter } = sequence.request;
    const logits = await lane.session.prefill({
      slot,
      tokens: sequence.tokens.slice(start, start + count),
      startPosition: start,
      ...(adapter === undefined ? {} : { adapter }),
    });
    this.#account(step, this.#options.now() - startedAt, [id]);
    if (isLast) this.#advance(sequence, logits, step);
  }

  #advance(sequence: Sequence, logits: Float32Array, step: StepInProgress): void {
    const { id, sampling } = sequence.request;
    if (!this.#sequences.has(id)) return;
    try {
      const { token, end } = sequence.advance(
        sampleToken({ logits, settings: sampling, position: sequence.position }),
      );
      if (token) step.tokens.push(token);
      if (end) this.#end(end, step);
    } catch (error) {
      if (!(error instanceof LogitsNotFiniteError)) throw error;
      this.#end(fault(id, `The model computed values that are no numbers. ${error.message}`), step);
    }
  }

  #end(end: EngineEnd, step: StepInProgress): void {
    this.#forget(end.id);
    step.ended.push(end);
  }

  #forget(id: string): boolean {
    this.#scheduler.remove(id);
    return this.#sequences.delete(id);
  }

  #account(step: StepInProgress, elapsedMs: number, ids: readonly string[]): void {
    step.busyMs += elapsedMs;
    for (const id of ids) step.shares.set(id, (step.shares.get(id) ?? 0) + elapsedMs / ids.length);
  }
}

function fault(id: string, message: string): EngineEnd {
  return { id, kind: 'failed', code: 'MODEL_FAULT', message };
}
