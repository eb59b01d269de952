/**
 * Choices from a row of bytes: each takes the next one, and a row that has ended gives zeros, which choose whatever ends
 * soonest. So fast-check shrinks what was chosen by shrinking the bytes.
 */
export class ByteChoices {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  below(count: number): number {
    const byte = this.#bytes[this.#position] ?? 0;
    this.#position += 1;
    return byte % count;
  }

  /** Once in so many; never where the bytes have ended. */
  oneIn(count: number): boolean {
    return this.below(count) === 1;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}
