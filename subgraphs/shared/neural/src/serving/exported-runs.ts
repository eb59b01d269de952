/**
 * The runs of an exported graph: what its inputs are filled with, whichever of them it has, and the logits of each row's last
 * token, whichever the graph computes.
 *
 * A decode step's names and memory are kept: while the same rows run, the next one differs in its numbers alone, and in its
 * mask where the graph reads one.
 */
import { HostTensor, type HostTensors, longs } from '../runtime/host-tensor.ts';
import { type RunPlan, Session } from '../runtime/session.ts';
import type { CacheStep } from './exported-cache.ts';
import { type ExportedGraph, keptFeed, keptPositions } from './exported-graph.ts';
import { lastTokensInput } from './exported-last-tokens.ts';
import { lengthsInput, longestInput } from './exported-lengths.ts';
import type { PreparedExport } from './prepare-export.ts';
import { type RowSummaries, RowSummarizer, SummaryReader } from './row-summaries.ts';

export interface ExportedRun {
  readonly cache: CacheStep;
  /** Tokens of each slot, padding included. */
  readonly time: number;
  /** By the slots that were asked for: the new tokens of each, padded, one behind the other. */
  readonly tokens: readonly number[];
  /** Tokens before the run. */
  readonly lengths: readonly number[];
  /** New tokens that are not padding. */
  readonly counts: readonly number[];
  /** Of these, the one that each row of the cache holds. */
  readonly order: readonly number[];
}

interface PreparedRun {
  readonly plan: RunPlan;
  /** Two words a number, as numbers are written faster than BigInts. */
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  readonly lastTokens: Int32Array;
  readonly lengths: Int32Array;
  readonly longest: Int32Array;
  readonly logits: Float32Array;
  mask: HostTensor | undefined;
}

/** Where the mask stands among a plan's inputs. */
const maskInput = 0;

export class ExportedRuns {
  readonly #graph: ExportedGraph;
  readonly #session: Session;
  /** Names of what the graph is given. */
  readonly #inputs: ReadonlySet<string>;
  readonly #callerYields: boolean;
  readonly #reader: SummaryReader;
  readonly #summarizer: RowSummarizer | undefined;
  /** By the cache's own windows, which are the same objects as long as the same rows run. */
  readonly #prepared = new WeakMap<HostTensors, PreparedRun>();
  #logits = new Float32Array();

  constructor(
    { graph, session, hasSummaries }: PreparedExport,
    options: {
      readonly maxSlots: number;
      readonly threads?: number | undefined;
      readonly callerYields?: boolean | undefined;
    },
  ) {
    const { vocabularySize } = graph;
    this.#graph = graph;
    this.#session = Session.attach(session);
    this.#inputs = new Set(session.inputs.map(({ name }) => name));
    this.#callerYields = options.callerYields ?? false;
    this.#reader = new SummaryReader({ vocabularySize, maxRows: options.maxSlots });
    this.#summarizer = hasSummaries
      ? undefined
      : new RowSummarizer(this.#reader, { vocabularySize, threads: options.threads });
  }

  /** Of the last run, in the order of the slots. */
  get summaries(): RowSummaries {
    return this.#reader.summaries;
  }

  /** Logits after the last token of each row [rows, vocabulary], in the order of the rows. */
  async run(input: ExportedRun): Promise<Float32Array> {
    const { counts, order } = input;
    const kept = this.#keptOf(input);
    const prepared = this.#prepare(input, kept);
    this.#fill(prepared, input);
    if (this.#callerYields) this.#session.runNow(prepared.plan);
    else await this.#session.run(prepared.plan);
    const ends = order.map((at) => (kept === 1 ? 0 : counts[at]! - 1));
    const last = this.#lastOf(prepared.logits, kept, ends);
    if (this.#summarizer !== undefined) this.#summarizer.run(last, order);
    else this.#reader.read(last, order);
    return last;
  }

  release(): void {
    this.#session.release();
    this.#summarizer?.release();
  }

  /** Positions of each row that logits are computed for. */
  #keptOf({ order, time }: ExportedRun): number {
    return this.#has(lastTokensInput) ? 1 : keptPositions(this.#graph, order.length, time);
  }

  #has(input: string): boolean {
    return this.#inputs.has(input);
  }

  #prepare(input: ExportedRun, kept: number): PreparedRun {
    const { feeds } = input.cache;
    const mask = this.#has('attention_mask') ? maskOf(input) : undefined;
    const known = input.time === 1 ? this.#prepared.get(feeds) : undefined;
    if (known === undefined) {
      const prepared = this.#prepareAnew(input, kept, mask);
      if (input.time === 1) this.#prepared.set(feeds, prepared);
      return prepared;
    }
    if (mask !== undefined) {
      known.mask = mask;
      known.plan.inputs[maskInput] = mask.handle;
    }
    return known;
  }

  #prepareAnew(input: ExportedRun, kept: number, mask: HostTensor | undefined): PreparedRun {
    const { feeds, fetches } = input.cache;
    const [rows, time] = [input.order.length, input.time];
    const { vocabularySize } = this.#graph;
    const [ids, positions] = [new BigInt64Array(rows * time), new BigInt64Array(rows * time)];
    const lastTokens = new BigInt64Array(rows);
    const [lengths, longest] = [new Int32Array(rows), new Int32Array(1)];
    const logits = this.#memoryFor(rows * kept);
    const numbers: HostTensors = {
      input_ids: longs([rows, time], ids),
      position_ids: longs([rows, time], positions),
      [lastTokensInput]: longs([rows, 1, 1], lastTokens),
      [lengthsInput]: new HostTensor([rows], lengths),
      [longestInput]: new HostTensor([], longest),
      ...keptFeed(this.#graph, kept),
    };
    const inputs = {
      ...(mask && { attention_mask: mask }),
      ...Object.fromEntries(Object.entries(numbers).filter(([name]) => this.#has(name))),
      ...feeds,
    };
    const outputs = {
      logits: new HostTensor([rows, kept, vocabularySize], logits),
      ...(this.#summarizer === undefined ? this.#reader.outputs([rows, 1]) : {}),
      ...fetches,
    };
    return {
      plan: this.#session.plan(inputs, outputs),
      ids: wordsOf(ids),
      positions: wordsOf(positions),
      lastTokens: wordsOf(lastTokens),
      lengths,
      longest,
      logits,
      mask,
    };
  }

  #fill(prepared: PreparedRun, { cache, tokens, lengths, counts, order, time }: ExportedRun): void {
    order.forEach((at, row) => {
      for (let offset = 0; offset < time; offset += 1) {
        prepared.ids[2 * (row * time + offset)] = tokens[at * time + offset]!;
        prepared.positions[2 * (row * time + offset)] = lengths[at]! + offset;
      }
      prepared.lastTokens[2 * row] = counts[at]! - 1;
      prepared.lengths[row] = lengths[at]! + counts[at]! - 1;
    });
    prepared.longest[0] = cache.columns;
  }

  /** Of rows with logits for `kept` tokens each, those of one token each, side by side. */
  #lastOf(logits: Float32Array, kept: number, ends: readonly number[]): Float32Array {
    if (kept === 1) return logits;
    const size = this.#graph.vocabularySize;
    ends.forEach((end, row) => {
      const from = (row * kept + end) * size;
      logits.copyWithin(row * size, from, from + size);
    });
    return logits.subarray(0, ends.length * size);
  }

  #memoryFor(positions: number): Float32Array {
    const size = positions * this.#graph.vocabularySize;
    if (this.#logits.length < size) this.#logits = new Float32Array(size);
    return this.#logits.subarray(0, size);
  }
}

const wordsOf = (numbers: BigInt64Array): Int32Array => new Int32Array(numbers.buffer);

function maskOf({ cache, lengths, counts, order }: ExportedRun): HostTensor {
  const mask = new BigInt64Array(order.length * cache.columns);
  order.forEach((at, row) => {
    const first = row * cache.columns + cache.firstColumn(row);
    mask.fill(1n, first, first + lengths[at]! + counts[at]!);
  });
  return longs([order.length, cache.columns], mask);
}
