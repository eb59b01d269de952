/**
 * Which row of the key/value cache holds which slot. A batched step reads consecutive rows, while any subset of slots
 * may be decoded: the map moves rows together, and only when the set of decoded slots has changed.
 *
 *   slots   3 1 7 decode          rows   0 1 2 | 3 4 5 6 7
 *                                        1 7 3 | 0 4 5 6 2      (order within the block is free)
 */
export interface RowBlock {
  readonly first: number;
  /** Row `first + i` holds slot `slots[i]`. */
  readonly slots: readonly number[];
  /** And that is the slot `order[i]` of those asked for. */
  readonly order: readonly number[];
  /** They were asked for in the order of their rows. */
  readonly isSorted: boolean;
}

export class CacheRows {
  readonly #rowOfSlot: number[];
  readonly #slotOfRow: number[];
  readonly #isAtFront: boolean;
  /** What was gathered last, under the slots that were asked for: rows have not moved since. */
  #last: { readonly asked: readonly number[]; readonly block: RowBlock } | undefined;

  /** `isAtFront`: a block begins at row 0 always, for memory that has no windows elsewhere. */
  constructor(slots: number, options: { readonly isAtFront?: boolean } = {}) {
    this.#isAtFront = options.isAtFront ?? false;
    this.#rowOfSlot = Array.from({ length: slots }, (_, slot) => slot);
    this.#slotOfRow = [...this.#rowOfSlot];
  }

  rowOf(slot: number): number {
    return this.#rowOfSlot[slot]!;
  }

  slotOf(row: number): number {
    return this.#slotOfRow[row]!;
  }

  /** Brings the slots into consecutive rows; `exchange` swaps the contents of two rows, each of which it names once. */
  gather(slots: readonly number[], exchange: (rowA: number, rowB: number) => void): RowBlock {
    if (this.#last && isSame(this.#last.asked, slots)) return this.#last.block;
    const first = this.#isAtFront ? 0 : this.#fullestWindow(slots);
    if (!this.#isFull(first, slots)) this.#moveInto(first, new Set(slots), exchange);
    const held = this.#slotOfRow.slice(first, first + slots.length);
    const order = held.map((slot) => slots.indexOf(slot));
    const block = { first, slots: held, order, isSorted: order.every((at, row) => at === row) };
    this.#last = { asked: [...slots], block };
    return block;
  }

  /** Where most of the slots are already: as few as possible are moved. */
  #fullestWindow(slots: readonly number[]): number {
    const isWanted = new Uint8Array(this.#slotOfRow.length);
    for (const slot of slots) isWanted[this.rowOf(slot)] = 1;
    let inside = 0;
    let [best, most] = [0, 0];
    for (let row = 0; row < isWanted.length; row += 1) {
      inside += isWanted[row]! - (row >= slots.length ? isWanted[row - slots.length]! : 0);
      const first = row - slots.length + 1;
      if (first < 0 || inside <= most) continue;
      [best, most] = [first, inside];
    }
    return best;
  }

  #isFull(first: number, slots: readonly number[]): boolean {
    return slots.every((slot) => this.rowOf(slot) >= first && this.rowOf(slot) < first + slots.length);
  }

  #moveInto(first: number, slots: ReadonlySet<number>, exchange: (rowA: number, rowB: number) => void): void {
    const end = first + slots.size;
    const outside = [...slots].map((slot) => this.rowOf(slot)).filter((row) => row < first || row >= end);
    for (let row = first; row < end; row += 1) {
      if (slots.has(this.#slotOfRow[row]!)) continue;
      const other = outside.pop()!;
      exchange(row, other);
      const [here, there] = [this.#slotOfRow[row]!, this.#slotOfRow[other]!];
      [this.#slotOfRow[row], this.#slotOfRow[other]] = [there, here];
      [this.#rowOfSlot[here], this.#rowOfSlot[there]] = [other, row];
    }
  }
}

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, at) => value === b[at]);
