/**
 * What is under way: a set that is never large and always changes. Its items hold their own places in it, so that coming and
 * going are a few assignments. A `Set` leaves a gap for each that goes, and is built anew every few of them.
 */
export class Linked {
  /** All three are the set's. */
  heldBy: object | undefined;
  before: Linked | undefined;
  after: Linked | undefined;
}

export class LinkedSet<Item extends Linked> {
  #first: Linked | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(item: Item): boolean {
    return item.heldBy === this;
  }

  /** Of nobody's, or nothing happens: an item is in one set at a time. */
  add(item: Item): void {
    if (item.heldBy !== undefined) return;
    item.heldBy = this;
    item.after = this.#first;
    if (this.#first) this.#first.before = item;
    this.#first = item;
    this.#size += 1;
  }

  delete(item: Item): void {
    if (item.heldBy !== this) return;
    const { before, after } = item;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    item.heldBy = undefined;
    item.before = undefined;
    item.after = undefined;
    this.#size -= 1;
  }

  /** As they are now, the latest first; the set may change while they are looked at. */
  items(): Item[] {
    const items: Item[] = [];
    for (let item = this.#first; item; item = item.after) items.push(item as Item);
    return items;
  }
}
