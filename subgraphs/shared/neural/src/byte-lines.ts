/**
 * Bytes cut into lines as they arrive. However long a line is, no more than `maxLineBytes` of it are held: the rest of
 * one that is longer is passed over, and it is told as too long.
 */
export type ByteLine =
  | { readonly kind: 'line'; readonly number: number; readonly byteOffset: number; readonly bytes: Buffer }
  | {
      readonly kind: 'too-long';
      readonly number: number;
      readonly byteOffset: number;
      readonly lengthBytes: number;
    };

const newline = 0x0a;

export class LineSplitter {
  readonly #maxLineBytes: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #passedOverBytes = 0;
  #number = 1;
  #byteOffset = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** The lines that end in this chunk, without their `\n`. They may share its memory. */
  push(chunk: Buffer): ByteLine[] {
    const lines: ByteLine[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      if (end < 0) break;
      this.#hold(chunk.subarray(start, end));
      lines.push(this.#take(1));
      start = end + 1;
    }
    // A copy, since whoever gave the chunk may use its memory again.
    if (start < chunk.length) this.#hold(Buffer.from(chunk.subarray(start)));
    return lines;
  }

  /** The last line, if the bytes did not end with `\n`. */
  end(): ByteLine[] {
    return this.#heldBytes + this.#passedOverBytes > 0 ? [this.#take(0)] : [];
  }

  #hold(bytes: Buffer): void {
    if (this.#passedOverBytes > 0 || this.#heldBytes + bytes.length > this.#maxLineBytes) {
      this.#passedOverBytes += this.#heldBytes + bytes.length;
      this.#held = [];
      this.#heldBytes = 0;
      return;
    }
    if (bytes.length === 0) return;
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  #take(newlineBytes: 0 | 1): ByteLine {
    const place = { number: this.#number, byteOffset: this.#byteOffset };
    const lengthBytes = this.#heldBytes + this.#passedOverBytes;
    const line: ByteLine =
      this.#passedOverBytes > 0
        ? { kind: 'too-long', ...place, lengthBytes }
        : {
            kind: 'line',
            ...place,
            bytes: this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held),
          };
    this.#held = [];
    this.#heldBytes = 0;
    this.#passedOverBytes = 0;
    this.#number += 1;
    this.#byteOffset += lengthBytes + newlineBytes;
    return line;
  }
}
