import { NeuralError } from '../errors.ts';
import { HostTensor, type HostTensors, longs } from '../runtime/host-tensor.ts';
import { type RunPlan, Session } from '../runtime/session.ts';
import type { Decoder } from './decoder.ts';
import { checkRange, checkSlots, invalidInput, noAdapters, padded } from './decoder-input.ts';
import type { DecodeInput, JointPrefillInput, PrefillInput } from './decoder-session.ts';
import type { CacheStep, ExportedCache, StepRequest } from './exported-cache.ts';
import { type ExportedGraph, keptFeed, keptPositions } from './exported-graph.ts';
import { type ExportJob, type PrepareExport, prepareExport } from './prepare-export.ts';
import { RelayedCache } from './relayed-cache.ts';
import { type RowSummaries, RowSummarizer } from './row-summaries.ts';
import { SharedCache } from './shared-cache.ts';

export interface ExportedDecoderOptions extends ExportJob {
  readonly maxSlots: number;
  /** Tokens a slot holds, prompt and answer together. */
  readonly capacity: number;
  /** See `DecoderOptions`. */
  readonly callerYields?: boolean;
  /** Where its graph is read and its session made: in this thread without it. */
  readonly prepare?: PrepareExport | undefined;
}

/** A decode step's memory and names. While the same rows run, the next step differs in its numbers and its mask alone. */
interface PreparedStep {
  readonly plan: RunPlan;
  /** Two words a number, as numbers are written faster than BigInts. */
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  readonly logits: Float32Array;
  mask: HostTensor;
}

/** Throws what `prepareExport` throws. */
export async function openExportedDecoder(options: ExportedDecoderOptions): Promise<Decoder> {
  const { prepare = prepareExport, path, vocabularySize, threads } = options;
  const { graph, session } = await prepare({ path, vocabularySize, threads });
  return new ExportedDecoder(options, graph, Session.attach(session));
}

/** Where the mask stands among a plan's inputs. */
const maskInput = 0;

/** A Hugging Face ONNX export as the engine runs it. The rules of `DecoderSession` hold. */
class ExportedDecoder implements Decoder {
  readonly maxSlots: number;
  readonly capacity: number;
  readonly vocabularySize: number;
  readonly #graph: ExportedGraph;
  readonly #session: Session;
  readonly #cache: ExportedCache;
  readonly #lengths: number[];
  readonly #summarizer: RowSummarizer;
  readonly #callerYields: boolean;
  /** By the cache's own windows, which are the same objects as long as the same rows run. */
  readonly #prepared = new WeakMap<HostTensors, PreparedStep>();
  /** Where rows are padded right, several may begin in one run. */
  readonly prefillTogether: Decoder['prefillTogether'];
  #logits = new Float32Array();
  #ordered = new Float32Array();
  #released = false;

  constructor(options: ExportedDecoderOptions, graph: ExportedGraph, session: Session) {
    const { maxSlots, capacity } = options;
    this.maxSlots = maxSlots;
    this.capacity = capacity;
    this.vocabularySize = graph.vocabularySize;
    this.#graph = graph;
    this.#session = session;
    const cache = { graph, slots: maxSlots, capacity };
    this.#cache = graph.cache === 'shared' ? new SharedCache(cache) : new RelayedCache(cache);
    this.#lengths = Array.from({ length: maxSlots }, () => 0);
    this.#summarizer = new RowSummarizer({
      vocabularySize: this.vocabularySize,
      maxRows: maxSlots,
      threads: options.threads,
    });
    this.#callerYields = options.callerYields ?? false;
    this.prefillTogether = graph.cache === 'shared' ? (input) => this.#beginTogether(input) : undefined;
  }

  get bytes(): { readonly weights: number; readonly cache: number } {
    return { weights: this.#graph.weightBytes, cache: this.#cache.bytes };
  }

  async prefill({ slot, tokens, startPosition, adapter }: PrefillInput): Promise<Float32Array> {
    this.#checkLive();
    if (adapter !== undefined) throw noAdapters();
    if (tokens.length === 0) throw invalidInput('there is no token to prefill');
    checkRange(this, { slot, tokens, startPosition });
    return this.#run({
      kind: 'prefill',
      slots: [slot],
      tokens,
      lengths: [startPosition],
      time: tokens.length,
    });
  }

  async #beginTogether({ slots, tokens, adapters = [] }: JointPrefillInput): Promise<Float32Array> {
    this.#checkLive();
    if (adapters.some((adapter) => adapter !== undefined)) throw noAdapters();
    checkSlots(slots, tokens);
    for (const [at, slot] of slots.entries()) {
      if (tokens[at]!.length === 0) throw invalidInput(`there is no token to begin slot ${slot} with`);
      checkRange(this, { slot, tokens: tokens[at]!, startPosition: 0 });
    }
    const time = Math.max(...tokens.map(({ length }) => length));
    return this.#run({
      kind: 'prefill',
      slots,
      tokens: tokens.flatMap((own) => padded(own, time)),
      lengths: slots.map(() => 0),
      time,
      counts: tokens.map(({ length }) => length),
    });
  }

  async decode({ slots, tokens, lengths, adapters = [] }: DecodeInput): Promise<Float32Array> {
    this.#checkLive();
    if (adapters.some((adapter) => adapter !== undefined)) throw noAdapters();
    checkSlots(slots, tokens, lengths);
    for (const [at, slot] of slots.entries())
      checkRange(this, { slot, tokens: [tokens[at]!], startPosition: lengths[at]! });
    return this.#run({ kind: 'decode', slots, tokens, lengths, time: 1 });
  }

  copySlot({
    from,
    to,
    length,
  }: {
    readonly from: number;
    readonly to: number;
    readonly length: number;
  }): void {
    this.#checkLive();
    checkRange(this, { slot: from, tokens: [], startPosition: length });
    checkRange(this, { slot: to, tokens: [], startPosition: length });
    if (length > this.#lengths[from]!)
      throw invalidInput(`slot ${from} holds ${this.#lengths[from]} tokens, not ${length}`);
    this.#cache.copySlot(from, to, length);
    this.#lengths[to] = length;
  }

  async loadAdapter(): Promise<void> {
    throw noAdapters();
  }

  unloadAdapter(): void {}

  hasAdapter(): boolean {
    return false;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#session.release();
    this.#summarizer.release();
  }

  get summaries(): RowSummaries {
    return this.#summarizer.summaries;
  }

  /** Logits after the last token of each slot, in the order of the slots given. */
  async #run(request: {
    readonly kind: StepRequest['kind'];
    readonly slots: readonly number[];
    /** [slots.length * time], by slot. */
    readonly tokens: readonly number[];
    readonly lengths: readonly number[];
    readonly time: number;
    /** New tokens of each slot that are not padding; all without it. */
    readonly counts?: readonly number[];
  }): Promise<Float32Array> {
    const { kind, slots, tokens, lengths, time, counts } = request;
    const step = this.#cache.begin({ kind, slots, lengths, time });
    const order = step.slots.map((slot) => slots.indexOf(slot));
    const rows = slots.length;
    const { plan, ids, positions, logits } = this.#prepare(
      step,
      rows,
      time,
      this.#maskOf(step, order, { lengths, time, counts }),
    );
    order.forEach((at, row) => {
      for (let offset = 0; offset < time; offset += 1) {
        ids[2 * (row * time + offset)] = tokens[at * time + offset]!;
        positions[2 * (row * time + offset)] = lengths[at]! + offset;
      }
    });
    if (this.#callerYields) this.#session.runNow(plan);
    else await this.#session.run(plan);
    step.commit();
    slots.forEach((slot, at) => {
      this.#lengths[slot] = lengths[at]! + (counts?.[at] ?? time);
    });
    const kept = keptPositions(this.#graph, rows, time);
    const ends = order.map((at) => (kept === 1 ? 0 : (counts?.[at] ?? time) - 1));
    const last = this.#lastOf(logits, kept, ends);
    this.#summarizer.run(last, order);
    return this.#inOrder(last, order);
  }

  #maskOf(
    step: CacheStep,
    order: readonly number[],
    given: {
      readonly lengths: readonly number[];
      readonly time: number;
      readonly counts: readonly number[] | undefined;
    },
  ): HostTensor {
    const { lengths, time, counts } = given;
    const mask = new BigInt64Array(order.length * step.columns);
    order.forEach((at, row) => {
      const first = row * step.columns + step.firstColumn(row);
      mask.fill(1n, first, first + lengths[at]! + (counts?.[at] ?? time));
    });
    return longs([order.length, step.columns], mask);
  }

  #prepare({ feeds, fetches }: CacheStep, rows: number, time: number, mask: HostTensor): PreparedStep {
    const known = time === 1 ? this.#prepared.get(feeds) : undefined;
    if (known !== undefined) {
      known.mask = mask;
      known.plan.inputs[maskInput] = mask.handle;
      return known;
    }
    const [ids, positions] = [new BigInt64Array(rows * time), new BigInt64Array(rows * time)];
    const { hasPositionIds } = this.#graph;
    const kept = keptPositions(this.#graph, rows, time);
    const logits = this.#logitsOf(rows * kept);
    const inputs: HostTensors = {
      attention_mask: mask,
      input_ids: longs([rows, time], ids),
      ...(hasPositionIds ? { position_ids: longs([rows, time], positions) } : {}),
      ...keptFeed(this.#graph, kept),
      ...feeds,
    };
    const outputs = { logits: new HostTensor([rows, kept, this.vocabularySize], logits), ...fetches };
    const prepared = {
      plan: this.#session.plan(inputs, outputs),
      ids: new Int32Array(ids.buffer),
      positions: new Int32Array(positions.buffer),
      logits,
      mask,
    };
    if (time === 1) this.#prepared.set(feeds, prepared);
    return prepared;
  }

  /** Of rows with logits for `kept` tokens each, those of one token each, side by side. */
  #lastOf(logits: Float32Array, kept: number, ends: readonly number[]): Float32Array {
    if (kept === 1) return logits;
    const size = this.vocabularySize;
    ends.forEach((end, row) => {
      const from = (row * kept + end) * size;
      logits.copyWithin(row * size, from, from + size);
    });
    return logits.subarray(0, ends.length * size);
  }

  #logitsOf(positions: number): Float32Array {
    const size = positions * this.vocabularySize;
    if (this.#logits.length < size) this.#logits = new Float32Array(size);
    return this.#logits.subarray(0, size);
  }

  /** Row i of `logits` belongs at `order[i]`. */
  #inOrder(logits: Float32Array, order: readonly number[]): Float32Array {
    if (order.every((at, row) => at === row)) return logits;
    const size = this.vocabularySize;
    if (this.#ordered.length < logits.length) this.#ordered = new Float32Array(logits.length);
    order.forEach((at, row) => {
      this.#ordered.set(logits.subarray(row * size, (row + 1) * size), at * size);
    });
    return this.#ordered.subarray(0, logits.length);
  }

  #checkLive(): void {
    if (this.#released) throw new NeuralError('SESSION_RELEASED', 'the decoder was released');
  }
}
