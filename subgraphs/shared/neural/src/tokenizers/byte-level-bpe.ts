import { AddedTokens, toAddedTokensJson } from './added-tokens.ts';
import { bytesToText, textToBytes } from './byte-alphabet.ts';
import { type MergeTable, mergeTokens } from './merge.ts';
import { createMergeTable } from './merge-table.ts';
import { toPostProcessorJson } from './post-processor.ts';
import { createPreTokenizer, defaultPreTokenizer, type PreTokenizerJson } from './pre-tokenizer.ts';
import type { EncodeOptions, Tokenizer } from './tokenizer.ts';
import { parseTokenizerJson } from './tokenizer-json.ts';
import type { ByteLevelBpeParts, SpecialToken } from './tokenizer-parts.ts';
import { tokenizerProblem } from './tokenizer-problem.ts';

/** Words are short and repeat: this many of them keep their tokens. */
const cachedWords = 50_000;
const longestCachedWord = 48;

/**
 * Byte-level byte pair encoding (Sennrich et al. 2016, on bytes as in GPT-2), as Llama 3, Qwen and SmolLM have it: any text
 * has an encoding, and decoding it gives the same text back. Reads and writes the `tokenizer.json` of Hugging Face's
 * tokenizers.
 */
export class ByteLevelBpe implements Tokenizer {
  readonly vocabularySize: number;
  readonly textPrefix: readonly number[];
  readonly dropsFirstSpace = false;
  readonly #parts: ByteLevelBpeParts;
  readonly #added: AddedTokens;
  readonly #bytesOfToken: (Uint8Array | undefined)[] = [];
  readonly #byteTokens: readonly number[];
  readonly #mergeTable: MergeTable;
  readonly #words: (text: string) => string[];
  readonly #cache = new Map<string, readonly number[]>();

  /** Throws `TOKENIZER_INVALID`, naming the part that is malformed. */
  static fromTokenizerJson(json: unknown): ByteLevelBpe {
    return new ByteLevelBpe(parseTokenizerJson(json));
  }

  constructor(parts: ByteLevelBpeParts) {
    this.#parts = parts;
    this.#added = new AddedTokens(parts.specialTokens);
    for (const [text, id] of parts.vocabulary) {
      this.#bytesOfToken[id] =
        textToBytes(text) ?? tokenizerProblem(`token ${JSON.stringify(text)} is not in the byte alphabet`);
    }
    this.#byteTokens = Array.from({ length: 256 }, (_, byte) => {
      const text = bytesToText(Uint8Array.of(byte));
      return parts.vocabulary.get(text) ?? tokenizerProblem(`the vocabulary has no token for byte ${byte}`);
    });
    this.#mergeTable = createMergeTable(parts);
    this.#words = compilePreTokenizer(parts.preTokenizer ?? defaultPreTokenizer);
    this.vocabularySize = Math.max(this.#bytesOfToken.length, this.#added.size);
    this.textPrefix = (parts.textPrefix ?? []).map(
      (text) => this.#added.id(text) ?? tokenizerProblem(`${text}, which begins a text, is no added token`),
    );
  }

  get specialTokens(): readonly SpecialToken[] {
    return this.#added.list;
  }

  encode(text: string, options: EncodeOptions = {}): number[] {
    if (options.specialTokens !== 'parse') return this.#encodePlain(text);
    return this.#added
      .split(text)
      .flatMap((part) => (typeof part === 'number' ? [part] : this.#encodePlain(part)));
  }

  *learn(text: string, charactersPerStretch: number): Generator<void> {
    let characters = 0;
    for (const word of this.#words(text)) {
      this.#encodeWord(word);
      characters += word.length;
      if (characters < charactersPerStretch) continue;
      characters = 0;
      yield;
    }
  }

  decode(ids: readonly number[], options: { readonly skipSpecialTokens?: boolean } = {}): string {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let text = '';
    for (const id of ids) {
      const added = this.#added.text(id);
      if (added === undefined) text += decoder.decode(this.tokenBytes(id), { stream: true });
      else if (options.skipSpecialTokens !== true || !this.isSpecial(id)) text += decoder.decode() + added;
    }
    return text + decoder.decode();
  }

  tokenBytes(id: number): Uint8Array {
    return this.#bytesOfToken[id] ?? this.#added.bytes(id) ?? new Uint8Array();
  }

  tokenId(token: string): number | undefined {
    const bytes = new TextEncoder().encode(token);
    return this.#added.id(token) ?? this.#parts.vocabulary.get(bytesToText(bytes));
  }

  tokenText(id: number): string {
    return this.decode([id]);
  }

  isSpecial(id: number): boolean {
    return this.#added.isSign(id);
  }

  toTokenizerJson(): unknown {
    const { vocabulary, merges, preTokenizer = defaultPreTokenizer, normalizer, wholeWords } = this.#parts;
    const frame = { before: this.#parts.textPrefix ?? [], after: [] };
    return {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: toAddedTokensJson(this.specialTokens),
      normalizer: normalizer === undefined ? null : { type: normalizer },
      pre_tokenizer: preTokenizer,
      post_processor: toPostProcessorJson(frame, (token) => this.#added.id(token)),
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: wholeWords === true,
        vocab: Object.fromEntries([
          ...this.specialTokens.map(({ id, text }) => [text, id] as const),
          ...vocabulary,
        ]),
        merges: merges.map(([left, right]) => [left, right]),
      },
    };
  }

  #encodePlain(text: string): number[] {
    const composed = this.#parts.normalizer === 'NFC' ? text.normalize('NFC') : text;
    const ids: number[] = [];
    for (const word of this.#words(composed)) for (const id of this.#encodeWord(word)) ids.push(id);
    return ids;
  }

  #encodeWord(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known !== undefined) return known;
    const ids = this.#mergeWord(new TextEncoder().encode(word));
    if (word.length <= longestCachedWord) {
      if (this.#cache.size >= cachedWords) this.#cache.clear();
      this.#cache.set(word, ids);
    }
    return ids;
  }

  #mergeWord(bytes: Uint8Array): readonly number[] {
    const whole =
      this.#parts.wholeWords === true ? this.#parts.vocabulary.get(bytesToText(bytes)) : undefined;
    if (whole !== undefined) return [whole];
    return mergeTokens(
      Array.from(bytes, (byte) => this.#byteTokens[byte]!),
      this.#mergeTable,
    );
  }
}

function compilePreTokenizer(json: PreTokenizerJson): (text: string) => string[] {
  try {
    return createPreTokenizer(json);
  } catch (error) {
    return tokenizerProblem(
      `the pre-tokenizer's pattern is not supported: ${(error as Error).message}`,
      error,
    );
  }
}
