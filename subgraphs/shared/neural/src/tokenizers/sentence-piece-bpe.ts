import { AddedTokens } from './added-tokens.ts';
import { type MergeTable, mergeTokens } from './merge.ts';
import { createMergeTable } from './merge-table.ts';
import {
  parseSentencePieceJson,
  type SentencePieceParts,
  spaceSign,
  toSentencePieceJson,
} from './sentence-piece-json.ts';
import type { EncodeOptions, Tokenizer } from './tokenizer.ts';
import type { SpecialToken } from './tokenizer-parts.ts';
import { tokenizerProblem } from './tokenizer-problem.ts';

/**
 * BPE over characters, spaces among them, as SentencePiece trains it (Kudo & Richardson 2018): Llama 2 and Mistral. A
 * character that is no token is written as its bytes, so that any text has an encoding. A text's first word gets a space
 * before it, which decoding takes away again.
 */
export class SentencePieceBpe implements Tokenizer {
  readonly vocabularySize: number;
  readonly textPrefix: readonly number[];
  readonly dropsFirstSpace: boolean;
  readonly #parts: SentencePieceParts;
  readonly #added: AddedTokens;
  readonly #bytesOfToken: (Uint8Array | undefined)[] = [];
  readonly #byteTokens: readonly number[];
  readonly #mergeTable: MergeTable;

  /** Throws `TOKENIZER_INVALID`, naming the part that is malformed. */
  static fromTokenizerJson(json: unknown): SentencePieceBpe {
    return new SentencePieceBpe(parseSentencePieceJson(json));
  }

  constructor(parts: SentencePieceParts) {
    this.#parts = parts;
    this.#added = new AddedTokens(parts.specialTokens);
    for (const [text, id] of parts.vocabulary) this.#bytesOfToken[id] = bytesOf(text);
    this.#byteTokens = Array.from({ length: 256 }, (_, byte) => {
      const name = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
      const id = parts.vocabulary.get(name) ?? tokenizerProblem(`the vocabulary lacks the byte ${name}`);
      this.#bytesOfToken[id] = Uint8Array.of(byte);
      return id;
    });
    this.#mergeTable = createMergeTable(parts);
    this.vocabularySize = Math.max(this.#bytesOfToken.length, this.#added.size);
    this.dropsFirstSpace = parts.prefixSpace !== 'never';
    this.textPrefix = parts.textPrefix.map(
      (text) => this.#added.id(text) ?? tokenizerProblem(`${text}, which begins a text, is no added token`),
    );
  }

  get specialTokens(): readonly SpecialToken[] {
    return this.#added.list;
  }

  encode(text: string, options: EncodeOptions = {}): number[] {
    const pieces = options.specialTokens === 'parse' ? this.#added.split(text) : text === '' ? [] : [text];
    return pieces.flatMap((piece, at) =>
      typeof piece === 'number'
        ? [piece]
        : this.#encodePlain(piece, { first: at === 0, continues: at === 0 && options.continues === true }),
    );
  }

  decode(ids: readonly number[], options: { readonly skipSpecialTokens?: boolean } = {}): string {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let text = '';
    for (const id of ids) {
      const added = this.#added.text(id);
      if (added === undefined) text += decoder.decode(this.tokenBytes(id), { stream: true });
      else if (options.skipSpecialTokens !== true || !this.isSpecial(id)) text += decoder.decode() + added;
    }
    text += decoder.decode();
    return this.dropsFirstSpace && text.startsWith(' ') ? text.slice(1) : text;
  }

  tokenBytes(id: number): Uint8Array {
    return this.#added.bytes(id) ?? this.#bytesOfToken[id] ?? new Uint8Array();
  }

  tokenId(token: string): number | undefined {
    return this.#added.id(token) ?? this.#parts.vocabulary.get(token.replaceAll(' ', spaceSign));
  }

  tokenText(id: number): string {
    return this.#added.text(id) ?? new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.tokenBytes(id));
  }

  isSpecial(id: number): boolean {
    return this.#added.isSign(id);
  }

  toTokenizerJson(): unknown {
    return toSentencePieceJson(this.#parts);
  }

  #encodePlain(text: string, place: { readonly first: boolean; readonly continues: boolean }): number[] {
    const signed = text.replaceAll(' ', spaceSign);
    const spaced = this.#hasPrefix(signed, place) ? `${spaceSign}${signed}` : signed;
    const words = this.#parts.splitsWords ? spaced.split(/(?=\u2581)/u) : [spaced];
    return words.flatMap((word) => mergeTokens(this.#characters(word), this.#mergeTable));
  }

  #hasPrefix(text: string, place: { readonly first: boolean; readonly continues: boolean }): boolean {
    if (place.continues) return false;
    switch (this.#parts.prefixSpace) {
      case 'always':
        return true;
      case 'where-missing':
        return !text.startsWith(spaceSign);
      case 'first-where-missing':
        return place.first && !text.startsWith(spaceSign);
      case 'never':
        return false;
    }
  }

  /** A character as its token, else as those of its bytes. */
  #characters(text: string): number[] {
    const { vocabulary } = this.#parts;
    return [...text].flatMap((character) => {
      const id = vocabulary.get(character);
      if (id !== undefined) return [id];
      return Array.from(new TextEncoder().encode(character), (byte) => this.#byteTokens[byte]!);
    });
  }
}

function bytesOf(token: string): Uint8Array {
  return new TextEncoder().encode(token.replaceAll(spaceSign, ' '));
}
