import { CacheRows } from './cache-rows.ts';
import type { CacheStep, ExportedCache, StepRequest } from './exported-cache.ts';
import { type ExportedGraph, exportedNames } from './exported-graph.ts';
import { KeyValueCache } from './key-value-cache.ts';

/**
 * The cache of a graph whose attention writes in place: the engine's own memory (`key-value-cache.ts`) under the names of
 * Hugging Face. Rows are padded right; their lengths reach the operator through the attention mask.
 */
export class SharedCache implements ExportedCache {
  readonly #cache: KeyValueCache;
  readonly #rows: CacheRows;
  readonly #lengths: number[];

  constructor(options: { readonly graph: ExportedGraph; readonly slots: number; readonly capacity: number }) {
    const { graph, slots, capacity } = options;
    this.#cache = new KeyValueCache({
      config: graph,
      rows: slots,
      capacity,
      names: exportedNames,
    });
    this.#rows = new CacheRows(slots);
    this.#lengths = Array.from({ length: slots }, () => 0);
  }

  get bytes(): number {
    return this.#cache.bytes;
  }

  rowOf(slot: number): number {
    return this.#rows.rowOf(slot);
  }

  begin({ slots, lengths, time }: StepRequest): CacheStep {
    slots.forEach((slot, at) => {
      this.#lengths[slot] = lengths[at]!;
    });
    const block = this.#rows.gather(slots, (rowA, rowB) =>
      this.#cache.exchangeRows([rowA, this.#lengthOf(rowA)], [rowB, this.#lengthOf(rowB)]),
    );
    return {
      slots: block.slots,
      ...this.#cache.window(block.first, slots.length),
      columns: Math.max(...lengths) + time,
      firstColumn: () => 0,
      commit: () => {
        slots.forEach((slot, at) => {
          this.#lengths[slot] = lengths[at]! + time;
        });
      },
    };
  }

  forget(slot: number): void {
    this.#lengths[slot] = 0;
  }

  copySlot(from: number, to: number, length: number): void {
    this.#cache.copyRow(this.#rows.rowOf(from), this.#rows.rowOf(to), length);
    this.#lengths[to] = length;
  }

  #lengthOf(row: number): number {
    return this.#lengths[this.#rows.slotOf(row)]!;
  }
}
