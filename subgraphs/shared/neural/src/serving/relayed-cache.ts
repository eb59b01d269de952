/**
 * The cache of a graph that takes its past and gives it back one token longer. Each slot has a home; slots that run
 * together are copied once into a block, padded left to the longest, and what a step gives back is the next step's past
 * as it is:
 *
 *   homes   [slot][kvHeads, capacity, headSize]              block   past        present = past of the next step
 *           a b c d                                                  . . e f     . . e f g
 *           e f                                                      a b c d     a b c d e
 *
 * While the same slots run, nothing is copied here; when they change, the new tokens go home and the next block is
 * gathered. There are two blocks: a prompt that is prefilled in chunks does not disturb the slots that decode.
 *
 * Invariant: a slot is in at most one block; its home holds all tokens that a block has not added since it was gathered.
 */
import { floats, type HostTensors } from '../runtime/host-tensor.ts';
import type { CacheStep, ExportedCache, StepRequest } from './exported-cache.ts';
import type { ExportedGraph } from './exported-graph.ts';

interface RelayedCacheOptions {
  readonly graph: ExportedGraph;
  readonly slots: number;
  readonly capacity: number;
}

/** One of the graph's caches: the keys or values of a layer. */
interface Plane {
  readonly past: string;
  readonly present: string;
  readonly homes: Float32Array;
}

export class RelayedCache implements ExportedCache {
  readonly #planes: readonly Plane[];
  readonly #layout: Layout;
  readonly #slots: number;
  readonly #decodeBlock: Block;
  readonly #prefillBlock: Block;

  constructor({ graph, slots, capacity }: RelayedCacheOptions) {
    const { layers, keyValueHeads: heads, headSize } = graph;
    this.#layout = { heads, headSize, capacity };
    this.#slots = slots;
    this.#planes = Array.from({ length: layers }, (_, layer) =>
      ['key', 'value'].map((kind) => ({
        past: `past_key_values.${layer}.${kind}`,
        present: `present.${layer}.${kind}`,
        homes: new Float32Array(slots * heads * capacity * headSize),
      })),
    ).flat();
    this.#decodeBlock = new Block(this.#planes, this.#layout);
    this.#prefillBlock = new Block(this.#planes, this.#layout);
  }

  /** At most: homes, two memories of a block of all slots, two of a block of one. */
  get bytes(): number {
    const homes = this.#planes.reduce((total, plane) => total + plane.homes.byteLength, 0);
    return homes * 3 + (homes / this.#slots) * 2;
  }

  begin(request: StepRequest): CacheStep {
    const isPrefill = request.kind === 'prefill';
    const [block, other] = isPrefill
      ? [this.#prefillBlock, this.#decodeBlock]
      : [this.#decodeBlock, this.#prefillBlock];
    if (request.slots.some((slot) => other.holds(slot))) other.disband();
    if (!block.isAt(request)) {
      block.disband();
      block.gather(request);
    }
    return block.step(request.time);
  }

  copySlot(from: number, to: number, length: number): void {
    for (const block of [this.#decodeBlock, this.#prefillBlock])
      if (block.holds(from) || block.holds(to)) block.disband();
    for (const { homes } of this.#planes) {
      for (let head = 0; head < this.#layout.heads; head += 1) {
        const start = homeOffset(this.#layout, from, head);
        homes.copyWithin(homeOffset(this.#layout, to, head), start, start + length * this.#layout.headSize);
      }
    }
  }
}

interface Layout {
  readonly heads: number;
  readonly headSize: number;
  readonly capacity: number;
}

function homeOffset({ heads, headSize, capacity }: Layout, slot: number, head: number): number {
  return (slot * heads + head) * capacity * headSize;
}

interface Row {
  readonly slot: number;
  /** Tokens that came from the slot's home. */
  readonly gathered: number;
  length: number;
}

/** Slots that run together, left padded to `width` columns. */
class Block {
  readonly #planes: readonly Plane[];
  readonly #layout: Layout;
  /** For each plane the memory that holds the past, and the one that the next step writes. */
  readonly #memory: { past: Float32Array; present: Float32Array }[];
  #rows: readonly Row[] = [];
  #width = 0;

  constructor(planes: readonly Plane[], layout: Layout) {
    this.#planes = planes;
    this.#layout = layout;
    this.#memory = planes.map(() => ({ past: new Float32Array(), present: new Float32Array() }));
  }

  holds(slot: number): boolean {
    return this.#rows.some((row) => row.slot === slot);
  }

  /** Whether these very slots, with so many tokens each, are in it. */
  isAt({ slots, lengths }: StepRequest): boolean {
    return (
      slots.length === this.#rows.length &&
      this.#rows.every((row, at) => row.slot === slots[at] && row.length === lengths[at])
    );
  }

  gather({ slots, lengths }: StepRequest): void {
    this.#rows = slots.map((slot, at) => ({ slot, gathered: lengths[at]!, length: lengths[at]! }));
    this.#width = Math.max(...lengths);
    this.#planes.forEach(({ homes }, index) => {
      const past = this.#room(index, 'past', this.#width);
      this.#eachHead((row, head, rowStart) => {
        const start = homeOffset(this.#layout, row.slot, head);
        const padding = (this.#width - row.length) * this.#layout.headSize;
        // What is hidden is multiplied by zero, which only finite numbers bear.
        past.fill(0, rowStart, rowStart + padding);
        past.set(homes.subarray(start, start + row.length * this.#layout.headSize), rowStart + padding);
      });
    });
  }

  /** The tokens that came since `gather` go home; the block is empty. */
  disband(): void {
    this.#planes.forEach(({ homes }, index) => {
      const { past } = this.#memory[index]!;
      this.#eachHead((row, head, rowStart) => {
        const { headSize } = this.#layout;
        const from = rowStart + (this.#width - row.length + row.gathered) * headSize;
        const fresh = past.subarray(from, rowStart + this.#width * headSize);
        homes.set(fresh, homeOffset(this.#layout, row.slot, head) + row.gathered * headSize);
      });
    });
    this.#rows = [];
    this.#width = 0;
  }

  step(time: number): CacheStep {
    const rows = this.#rows;
    const width = this.#width + time;
    const feeds: Record<string, HostTensors[string]> = {};
    const fetches: Record<string, HostTensors[string]> = {};
    this.#planes.forEach(({ past, present }, index) => {
      feeds[past] = this.#tensor(this.#room(index, 'past', this.#width), this.#width);
      fetches[present] = this.#tensor(this.#room(index, 'present', width), width);
    });
    return {
      slots: rows.map(({ slot }) => slot),
      feeds,
      fetches,
      columns: width,
      firstColumn: (row) => this.#width - rows[row]!.length,
      commit: () => {
        for (const memory of this.#memory) [memory.past, memory.present] = [memory.present, memory.past];
        this.#width = width;
        for (const row of rows) row.length += time;
      },
    };
  }

  #tensor(memory: Float32Array, width: number): HostTensors[string] {
    const { heads, headSize } = this.#layout;
    const elements = this.#rows.length * heads * width * headSize;
    return floats([this.#rows.length, heads, width, headSize], memory.subarray(0, elements));
  }

  /** Memory for `width` columns of all rows. It grows by half at least, and only when it is about to be written whole. */
  #room(index: number, which: 'past' | 'present', width: number): Float32Array {
    const memory = this.#memory[index]!;
    const { heads, headSize, capacity } = this.#layout;
    const needed = this.#rows.length * heads * width * headSize;
    if (memory[which].length < needed) {
      const most = this.#rows.length * heads * capacity * headSize;
      memory[which] = new Float32Array(Math.min(most, Math.ceil(needed * 1.5)));
    }
    return memory[which];
  }

  #eachHead(visit: (row: Row, head: number, rowStart: number) => void): void {
    const { heads, headSize } = this.#layout;
    this.#rows.forEach((row, at) => {
      for (let head = 0; head < heads; head += 1)
        visit(row, head, (at * heads + head) * this.#width * headSize);
    });
  }
}
