/**
 * WordPiece as BERT has it: words are cleaned, cut at spaces and punctuation, and each is spelled by the longest pieces
 * from its beginning on. What an encoder reads; nothing is ever generated from it, and so nothing decoded.
 */
import { z } from 'zod';
import { AddedTokens, addedTokenJson, parseAddedTokens, toAddedTokensJson } from './added-tokens.ts';
import { type Cleaning, createBertWords } from './bert-words.ts';
import { type Frame, frameOf, postProcessorJson, toPostProcessorJson } from './post-processor.ts';
import type { SpecialToken } from './tokenizer-parts.ts';
import { parseTokenizerParts, tokenizerProblem } from './tokenizer-problem.ts';

const normalizer = z.object({
  type: z.literal('BertNormalizer'),
  clean_text: z.boolean(),
  handle_chinese_chars: z.boolean(),
  strip_accents: z.boolean().nullish(),
  lowercase: z.boolean(),
});
const tokenizerJson = z.object({
  added_tokens: z.array(addedTokenJson).default([]),
  normalizer,
  pre_tokenizer: z.object({ type: z.literal('BertPreTokenizer') }),
  post_processor: postProcessorJson,
  model: z.object({
    type: z.literal('WordPiece').default('WordPiece'),
    unk_token: z.string(),
    continuing_subword_prefix: z.string().min(1),
    max_input_chars_per_word: z.number().int().positive(),
    vocab: z.record(z.string(), z.number().int().nonnegative()),
  }),
});

export interface WordPieceParts {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly specialTokens: readonly SpecialToken[];
  readonly unknownToken: string;
  /** What a piece begins with that does not begin a word. */
  readonly continuation: string;
  readonly longestWord: number;
  readonly cleans: Cleaning;
  /** Special tokens around a text. */
  readonly frame: Frame;
}

export class WordPiece {
  /** One more than the largest id. */
  readonly vocabularySize: number;
  readonly #parts: WordPieceParts;
  readonly #added: AddedTokens;
  readonly #split: (text: string) => readonly string[];
  readonly #unknown: number;
  readonly #before: readonly number[];
  readonly #after: readonly number[];

  /** Throws `TOKENIZER_INVALID`, naming the part that is malformed. */
  static fromTokenizerJson(json: unknown): WordPiece {
    const {
      added_tokens,
      normalizer: cleaning,
      model,
      post_processor,
    } = parseTokenizerParts(tokenizerJson, json);
    return new WordPiece({
      vocabulary: new Map(Object.entries(model.vocab)),
      specialTokens: parseAddedTokens(added_tokens),
      unknownToken: model.unk_token,
      continuation: model.continuing_subword_prefix,
      longestWord: model.max_input_chars_per_word,
      cleans: {
        controls: cleaning.clean_text,
        ideographs: cleaning.handle_chinese_chars,
        accents: cleaning.strip_accents ?? cleaning.lowercase,
        cases: cleaning.lowercase,
      },
      frame: frameOf(post_processor),
    });
  }

  constructor(parts: WordPieceParts) {
    this.#parts = parts;
    this.#added = new AddedTokens(parts.specialTokens);
    this.#split = createBertWords(parts.cleans);
    this.#unknown =
      parts.vocabulary.get(parts.unknownToken) ??
      tokenizerProblem(`the unknown token ${parts.unknownToken} is not in the vocabulary`);
    const idOf = (text: string): number =>
      this.tokenId(text) ?? tokenizerProblem(`${text}, which frames a text, is not in the vocabulary`);
    this.#before = parts.frame.before.map(idOf);
    this.#after = parts.frame.after.map(idOf);
    this.vocabularySize = Math.max(
      this.#added.size,
      1 + [...parts.vocabulary.values()].reduce((a, b) => Math.max(a, b), -1),
    );
  }

  tokenId(token: string): number | undefined {
    return this.#added.id(token) ?? this.#parts.vocabulary.get(token);
  }

  /** The pieces of a text alone. `parse` finds special tokens in it; by default their text is text. */
  encode(text: string, options: { readonly specialTokens?: 'parse' | 'as-text' } = {}): number[] {
    const parts = options.specialTokens === 'parse' ? this.#added.split(text) : [text];
    return parts.flatMap((part) =>
      typeof part === 'number' ? [part] : this.#split(part).flatMap((word) => this.#spell(word)),
    );
  }

  /** What the encoder reads, framed; a text that is too long loses its end. */
  encodeText(text: string, options: { readonly maxTokens: number }): number[] {
    const room = Math.max(0, options.maxTokens - this.#before.length - this.#after.length);
    return [...this.#before, ...this.encode(text).slice(0, room), ...this.#after];
  }

  /** The `tokenizer.json` that Hugging Face's tokenizers load with the same result. */
  toTokenizerJson(): unknown {
    const { vocabulary, specialTokens, unknownToken, continuation, longestWord, cleans, frame } = this.#parts;
    return {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: toAddedTokensJson(specialTokens),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: cleans.controls,
        handle_chinese_chars: cleans.ideographs,
        strip_accents: cleans.accents,
        lowercase: cleans.cases,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: toPostProcessorJson(frame, (token) => this.tokenId(token)),
      decoder: { type: 'WordPiece', prefix: continuation, cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: unknownToken,
        continuing_subword_prefix: continuation,
        max_input_chars_per_word: longestWord,
        vocab: Object.fromEntries(vocabulary),
      },
    };
  }

  /** The longest pieces from the beginning on; a word that cannot be spelled is unknown as a whole. */
  #spell(word: string): readonly number[] {
    const { vocabulary, continuation, longestWord } = this.#parts;
    const letters = [...word];
    if (letters.length > longestWord) return [this.#unknown];
    const ids: number[] = [];
    for (let start = 0; start < letters.length; ) {
      let end = letters.length;
      const pieceTo = (to: number): number | undefined =>
        vocabulary.get((start > 0 ? continuation : '') + letters.slice(start, to).join(''));
      while (end > start && pieceTo(end) === undefined) end -= 1;
      if (end === start) return [this.#unknown];
      ids.push(pieceTo(end)!);
      start = end;
    }
    return ids;
  }
}
