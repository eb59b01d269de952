import type { SpecialToken } from './tokenizer-parts.ts';

export interface EncodeOptions {
  /**
   * By default a special token's text is plain text, so that a user's question cannot forge the end of a turn; `parse` is
   * for text that the program itself wrote.
   */
  readonly specialTokens?: 'parse' | 'as-text';
  /** The text goes on from other text: it does not begin a sentence, and gets no space before it. */
  readonly continues?: boolean;
}

/** What a decoder's model reads and writes: text as ids, and ids as text, whole or in a stream. */
export interface Tokenizer {
  /** One more than the largest id. */
  readonly vocabularySize: number;
  /** By id. Some are text that people see, such as `<think>`; the others are signs for the program. */
  readonly specialTokens: readonly SpecialToken[];
  /** What stands before a text of its own (not before a conversation, whose template writes it): the begin token, or nothing. */
  readonly textPrefix: readonly number[];
  /** A text's first word carries a space that its decoded text does not. */
  readonly dropsFirstSpace: boolean;
  encode(text: string, options?: EncodeOptions): number[];
  /**
   * Of tokenizers that remember words: learns those of a text, yielding after each stretch of characters so that a caller
   * can let others have their turn. `encode` then only looks them up; what it gives is the same without.
   */
  learn?(text: string, charactersPerStretch: number): Generator<void>;
  /** Bytes that are not UTF-8 become U+FFFD; ids of no token are skipped. */
  decode(ids: readonly number[], options?: { readonly skipSpecialTokens?: boolean }): string;
  /** The bytes a token stands for in a stream; none for signs and for ids outside the vocabulary. */
  tokenBytes(id: number): Uint8Array;
  /** The id of a special token by its text, or of an ordinary one by the text it stands for. */
  tokenId(token: string): number | undefined;
  /** One token shown alone; a part of a character shows as U+FFFD. */
  tokenText(id: number): string;
  /** Whether an id is a sign that no one sees. */
  isSpecial(id: number): boolean;
  /** The `tokenizer.json` that Hugging Face's tokenizers load with the same result. */
  toTokenizerJson(): unknown;
}
