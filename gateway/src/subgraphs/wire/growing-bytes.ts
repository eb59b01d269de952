/** Bytes that come in pieces, put together without being copied twice where their number is known. */
const firstBytes = 16 * 1024;
/** More is believed only as it comes. */
const mostAtOnce = 1024 * 1024;

export class GrowingBytes {
  #bytes: Buffer;
  #length = 0;

  constructor(expected = firstBytes) {
    this.#bytes = Buffer.allocUnsafe(Math.min(expected, mostAtOnce));
  }

  get length(): number {
    return this.#length;
  }

  append(bytes: Buffer, start: number, end: number): void {
    const needed = this.#length + end - start;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    bytes.copy(this.#bytes, this.#length, start, end);
    this.#length = needed;
  }

  /** The bytes themselves, which the next `append` may change. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  text(): string {
    return this.#bytes.toString('utf8', 0, this.#length);
  }
}
