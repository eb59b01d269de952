import { z } from 'zod';
import { NeuralError } from '../errors.ts';

/**
 * A SentencePiece unigram vocabulary and the likeliest segmentation of a text into its pieces (Kudo 2018, by Viterbi).
 *
 * Where two segmentations are equally likely the later one wins, and a symbol outside the vocabulary costs nothing: so
 * does the reference of this vocabulary, whose tokens have to be met exactly.
 */
const vocabularySchema = z.array(z.tuple([z.string(), z.number().nullable()])).min(7);

/** The first ids are control symbols, no pieces of text. */
const reservedIds = 6;
const unknownId = 0;
/** SentencePiece's mark for a space. */
const space = '\u2581';

interface Piece {
  readonly id: number;
  readonly score: number;
}

export class UnigramTokenizer {
  readonly #pieces = new Map<string, Piece>();
  /** Every beginning of a piece: tells when to stop looking for longer ones. */
  readonly #beginnings = new Set<string>();
  readonly #lengths: readonly number[];

  /**
   * `vocabulary`: [piece, log-probability] by id; pieces that are always taken have null, which counts as 0.
   * Throws `TOKENIZER_INVALID`.
   */
  constructor(vocabulary: unknown) {
    const parsed = vocabularySchema.safeParse(vocabulary);
    if (!parsed.success) {
      throw new NeuralError('TOKENIZER_INVALID', `unigram vocabulary: ${z.prettifyError(parsed.error)}`);
    }
    this.#lengths = parsed.data.map(([piece]) => [...piece].length);
    for (const [id, [piece, score]] of parsed.data.entries()) {
      if (id < reservedIds) continue;
      this.#pieces.set(piece, { id, score: score ?? 0 });
      let beginning = '';
      for (const symbol of piece) {
        beginning += symbol;
        this.#beginnings.add(beginning);
      }
    }
  }

  get vocabularySize(): number {
    return this.#lengths.length;
  }

  /** Ids of the pieces; unknown symbols in a row are one unknown. */
  encode(text: string): number[] {
    const normalized = text.normalize('NFKC');
    if (normalized === '') return [];
    const symbols = [...`${space}${normalized.replaceAll(' ', space)}`];
    return this.#backtrack(this.#lastPieces(symbols));
  }

  /** The piece that ends at each position on the likeliest way there; position 0 is the beginning. */
  #lastPieces(symbols: readonly string[]): Int32Array {
    const best = new Float64Array(symbols.length + 1);
    const last = new Int32Array(symbols.length + 1).fill(unknownId);
    const consider = (start: number, length: number, { id, score }: Piece): void => {
      const end = start + length;
      const reached = score + best[start]!;
      if (best[end] !== 0 && reached < best[end]!) return;
      best[end] = reached;
      last[end] = id;
    };
    for (let start = 0; start < symbols.length; start += 1) {
      let found = false;
      let text = '';
      for (let end = start; end < symbols.length; end += 1) {
        text += symbols[end]!;
        if (!this.#beginnings.has(text)) break;
        const piece = this.#pieces.get(text);
        if (piece === undefined) continue;
        found = true;
        consider(start, end - start + 1, piece);
      }
      if (!found) consider(start, 1, { id: unknownId, score: 0 });
    }
    return last;
  }

  #backtrack(last: Int32Array): number[] {
    const ids: number[] = [];
    for (let at = last.length - 1; at > 0; at -= this.#lengths[last[at]!]!) {
      const id = last[at]!;
      if (id !== unknownId || ids.at(-1) !== unknownId) ids.push(id);
    }
    return ids.reverse();
  }
}
