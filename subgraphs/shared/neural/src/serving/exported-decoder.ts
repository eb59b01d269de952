import { NeuralError } from '../errors.ts';
import type { Decoder } from './decoder.ts';
import { checkRange, checkSlots, invalidInput, noAdapters, padded } from './decoder-input.ts';
import type { DecodeInput, JointPrefillInput, PrefillInput } from './decoder-session.ts';
import type { ExportedCache, StepRequest } from './exported-cache.ts';
import { ExportedRuns } from './exported-runs.ts';
import { type ExportJob, type PreparedExport, type PrepareExport, prepareExport } from './prepare-export.ts';
import { RelayedCache } from './relayed-cache.ts';
import type { RowSummaries } from './row-summaries.ts';
import { SharedCache } from './shared-cache.ts';

export interface ExportedDecoderOptions extends ExportJob {
  readonly maxSlots: number;
  /** See `DecoderOptions`. */
  readonly callerYields?: boolean;
  /** Where its graph is read and its session made: in this thread without it. */
  readonly prepare?: PrepareExport | undefined;
}

/** Throws what `prepareExport` throws. */
export async function openExportedDecoder(options: ExportedDecoderOptions): Promise<Decoder> {
  const { prepare = prepareExport, path, vocabularySize, capacity, threads } = options;
  return new ExportedDecoder(options, await prepare({ path, vocabularySize, capacity, threads }));
}

/** A Hugging Face ONNX export as the engine runs it. The rules of `DecoderSession` hold. */
class ExportedDecoder implements Decoder {
  readonly maxSlots: number;
  readonly capacity: number;
  readonly vocabularySize: number;
  readonly #weightBytes: number;
  readonly #runs: ExportedRuns;
  readonly #cache: ExportedCache;
  readonly #lengths: number[];
  /** Where rows are padded right, several may begin in one run. */
  readonly prefillTogether: Decoder['prefillTogether'];
  readonly rowOf: Decoder['rowOf'];
  readonly forget: Decoder['forget'];
  #ordered = new Float32Array();
  #released = false;

  constructor(options: ExportedDecoderOptions, prepared: PreparedExport) {
    const { maxSlots, capacity } = options;
    const { graph } = prepared;
    this.maxSlots = maxSlots;
    this.capacity = capacity;
    this.vocabularySize = graph.vocabularySize;
    this.#weightBytes = graph.weightBytes;
    this.#runs = new ExportedRuns(prepared, options);
    const cache = { graph, slots: maxSlots, capacity };
    if (graph.cache === 'shared') {
      const shared = new SharedCache(cache);
      this.#cache = shared;
      this.rowOf = (slot) => shared.rowOf(slot);
      this.forget = (slot) => shared.forget(slot);
      this.prefillTogether = (input) => this.#beginTogether(input);
    } else this.#cache = new RelayedCache(cache);
    this.#lengths = Array.from({ length: maxSlots }, () => 0);
  }

  get bytes(): { readonly weights: number; readonly cache: number } {
    return { weights: this.#weightBytes, cache: this.#cache.bytes };
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
    this.#runs.release();
  }

  get summaries(): RowSummaries {
    return this.#runs.summaries;
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
    const { kind, slots, tokens, lengths, time } = request;
    const counts = request.counts ?? slots.map(() => time);
    const cache = this.#cache.begin({ kind, slots, lengths, time });
    const order = cache.slots.map((slot) => slots.indexOf(slot));
    const logits = await this.#runs.run({ cache, time, tokens, lengths, counts, order });
    cache.commit();
    slots.forEach((slot, at) => {
      this.#lengths[slot] = lengths[at]! + counts[at]!;
    });
    return this.#inOrder(logits, order);
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
