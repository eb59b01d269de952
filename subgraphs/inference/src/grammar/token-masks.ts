/**
 * Masks of a vocabulary, a bit a token, that hold whatever the form is: which tokens may come where a text stands in
 * UTF-8, and which hold no control character, which JSON wants escaped.
 *
 * XGrammar's classes of all but a few characters allow bytes that are no UTF-8, and control characters in strings.
 */
import { afterBytes, type Utf8State } from '../domain/utf8-state.ts';

export class TokenMasks {
  readonly #tokens: readonly Uint8Array[];
  readonly #stopTokenIds: ReadonlySet<number>;
  readonly #printable: Int32Array;
  readonly #masks = new Map<Utf8State, Int32Array>();

  constructor(tokens: readonly Uint8Array[], stopTokenIds: readonly number[]) {
    this.#tokens = tokens;
    this.#stopTokenIds = new Set(stopTokenIds);
    this.#printable = this.#maskOf((bytes) => bytes.every((byte) => byte >= 0x20));
  }

  after(state: Utf8State, tokenId: number): Utf8State {
    const next = afterBytes(state, this.#tokens[tokenId] ?? new Uint8Array());
    if (next === undefined) throw new Error(`Token ${tokenId} cannot come within a character.`);
    return next;
  }

  /** What of a mask remains. A text ends between two characters. */
  within(mask: Int32Array, state: Utf8State, isPrintable: boolean): Int32Array {
    const known = this.#masks.get(state) ?? this.#maskAt(state);
    this.#masks.set(state, known);
    return mask.map((word, index) => {
      const allowed = word & (known[index] ?? 0);
      return isPrintable ? allowed & (this.#printable[index] ?? 0) : allowed;
    });
  }

  #maskAt(state: Utf8State): Int32Array {
    return this.#maskOf((bytes, id) =>
      this.#stopTokenIds.has(id) ? state === 'start' : afterBytes(state, bytes) !== undefined,
    );
  }

  #maskOf(isAllowed: (bytes: Uint8Array, id: number) => boolean): Int32Array {
    const mask = new Int32Array(Math.ceil(this.#tokens.length / 32));
    for (const [id, bytes] of this.#tokens.entries())
      if (isAllowed(bytes, id)) mask[id >>> 5] = (mask[id >>> 5] ?? 0) | (1 << (id & 31));
    return mask;
  }
}
