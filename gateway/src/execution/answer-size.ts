/**
 * How large one answer becomes while it is put together: what services sent for it, and each further copy of what occurs in
 * several places, which may be far more than was sent.
 *
 * Invariant: once it would be more than is allowed, nothing is added any more, so nothing more need be asked for.
 */
import { raise } from '../errors.ts';

export class AnswerSize {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isExceeded(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  /** False where there is no room for it. */
  add(bytes: number): boolean {
    this.#bytes += bytes;
    return !this.isExceeded;
  }

  /** The same for `count` further copies of a value. Only then its size is worked out. */
  addCopies(count: number, value: unknown): boolean {
    return count <= 0 || this.add(count * Buffer.byteLength(JSON.stringify(value)));
  }

  refusal(serviceName: string) {
    return raise('ANSWER_TOO_LARGE', {
      because: `it has more than ${this.#maxBytes} bytes`,
      details: { maxBytes: this.#maxBytes, serviceName },
    });
  }
}
