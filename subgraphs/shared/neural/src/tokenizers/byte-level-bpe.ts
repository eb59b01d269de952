import { NeuralError } from '../errors.ts';
import { bytesToText, textToBytes } from './byte-alphabet.ts';
import { type MergeTable, mergeTokens } from './merge.ts';
import { createPreTokenizer, defaultPreTokenizer, type PreTokenizerJson } from './pre-tokenizer.ts';
import { parseTokenizerJson } from './tokenizer-json.ts';
import type { ByteLevelBpeParts, SpecialToken } from './tokenizer-parts.ts';

/** Words are short and repeat: this many of them keep their tokens. */
const cachedWords = 50_000;
const longestCachedWord = 48;

/**
 * Byte-level byte pair encoding (Sennrich et al. 2016, on bytes as in GPT-2): any text has an encoding, and decoding it
 * gives the same text back. Reads and writes the `tokenizer.json` of Hugging Face's tokenizers.
 */
export class ByteLevelBpe {
  /** One more than the largest id. */
  readonly vocabularySize: number;
  readonly specialTokens: readonly SpecialToken[];
  readonly #parts: ByteLevelBpeParts;
  readonly #bytesOfToken: (Uint8Array | undefined)[] = [];
  readonly #byteTokens: readonly number[];
  readonly #mergeTable: MergeTable;
  readonly #specialIds: ReadonlyMap<string, number>;
  readonly #specialTexts: ReadonlyMap<number, string>;
  readonly #specialPattern: RegExp | undefined;
  readonly #words: (text: string) => string[];
  readonly #cache = new Map<string, readonly number[]>();

  /** Throws `TOKENIZER_INVALID`, naming the part that is malformed. */
  static fromTokenizerJson(json: unknown): ByteLevelBpe {
    return new ByteLevelBpe(parseTokenizerJson(json));
  }

  constructor(parts: ByteLevelBpeParts) {
    this.#parts = parts;
    this.specialTokens = [...parts.specialTokens].sort((a, b) => a.id - b.id);
    for (const [text, id] of parts.vocabulary) {
      this.#bytesOfToken[id] =
        textToBytes(text) ?? fail(`token ${JSON.stringify(text)} is not in the byte alphabet`);
    }
    this.#byteTokens = Array.from({ length: 256 }, (_, byte) => {
      const text = bytesToText(Uint8Array.of(byte));
      return parts.vocabulary.get(text) ?? fail(`the vocabulary has no token for byte ${byte}`);
    });
    this.#mergeTable = createMergeTable(parts);
    this.#specialIds = new Map(this.specialTokens.map(({ id, text }) => [text, id]));
    this.#specialTexts = new Map(this.specialTokens.map(({ id, text }) => [id, text]));
    this.#specialPattern = specialPattern(this.specialTokens);
    this.#words = compilePreTokenizer(parts.preTokenizer ?? defaultPreTokenizer);
    this.vocabularySize = Math.max(this.#bytesOfToken.length, ...this.specialTokens.map(({ id }) => id + 1));
  }

  /**
   * Text to token ids. By default a special token's text in it is plain text, so that a user's question cannot forge
   * the end of a turn; `parse` is for text that the program itself wrote.
   */
  encode(text: string, options: { readonly specialTokens?: 'parse' | 'as-text' } = {}): number[] {
    if (options.specialTokens !== 'parse' || this.#specialPattern === undefined)
      return this.#encodePlain(text);
    return text.split(this.#specialPattern).flatMap((part) => {
      const special = this.#specialIds.get(part);
      return special === undefined ? this.#encodePlain(part) : [special];
    });
  }

  /** Token ids to text; bytes that are not UTF-8 become U+FFFD, unknown ids are skipped as ids of no token. */
  decode(ids: readonly number[], options: { readonly skipSpecialTokens?: boolean } = {}): string {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let text = '';
    for (const id of ids) {
      const special = this.#specialTexts.get(id);
      if (special === undefined) text += decoder.decode(this.tokenBytes(id), { stream: true });
      else if (options.skipSpecialTokens !== true) text += decoder.decode() + special;
    }
    return text + decoder.decode();
  }

  /** The bytes a token stands for; none for special tokens and for ids outside the vocabulary. */
  tokenBytes(id: number): Uint8Array {
    return this.#bytesOfToken[id] ?? new Uint8Array();
  }

  /** The id of a special token by its text, or of an ordinary one by the text it stands for. */
  tokenId(token: string): number | undefined {
    const bytes = new TextEncoder().encode(token);
    return this.#specialIds.get(token) ?? this.#parts.vocabulary.get(bytesToText(bytes));
  }

  /** One token shown alone; a part of a character shows as U+FFFD. */
  tokenText(id: number): string {
    return this.decode([id]);
  }

  isSpecial(id: number): boolean {
    return this.#specialTexts.has(id);
  }

  /** The `tokenizer.json` that Hugging Face's tokenizers load with the same result. */
  toTokenizerJson(): unknown {
    const { vocabulary, merges, preTokenizer = defaultPreTokenizer } = this.#parts;
    return {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: this.specialTokens.map(({ id, text }) => ({
        id,
        content: text,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: null,
      pre_tokenizer: preTokenizer,
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries([
          ...this.specialTokens.map(({ id, text }) => [text, id] as const),
          ...vocabulary,
        ]),
        merges: merges.map(([left, right]) => [left, right]),
      },
    };
  }

  #encodePlain(text: string): number[] {
    const ids: number[] = [];
    for (const word of this.#words(text)) for (const id of this.#encodeWord(word)) ids.push(id);
    return ids;
  }

  #encodeWord(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known !== undefined) return known;
    const bytes = new TextEncoder().encode(word);
    const ids = mergeTokens(
      Array.from(bytes, (byte) => this.#byteTokens[byte]!),
      this.#mergeTable,
    );
    if (word.length <= longestCachedWord) {
      if (this.#cache.size >= cachedWords) this.#cache.clear();
      this.#cache.set(word, ids);
    }
    return ids;
  }
}

function createMergeTable({ vocabulary, merges }: ByteLevelBpeParts): MergeTable {
  const stride = 2 ** 24;
  const table = new Map<number, { rank: number; result: number }>();
  const idOf = (text: string, rank: number): number =>
    vocabulary.get(text) ??
    fail(`merge ${rank} uses ${JSON.stringify(text)}, which is not in the vocabulary`);
  merges.forEach(([left, right], rank) => {
    table.set(idOf(left, rank) * stride + idOf(right, rank), { rank, result: idOf(left + right, rank) });
  });
  return (left, right) => table.get(left * stride + right);
}

/** Longest first, so that `<|end|>` does not hide `<|end|>x`. Captured, so that `split` keeps them. */
function specialPattern(tokens: readonly SpecialToken[]): RegExp | undefined {
  if (tokens.length === 0) return undefined;
  const escaped = tokens
    .map(({ text }) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .sort((a, b) => b.length - a.length);
  return new RegExp(`(${escaped.join('|')})`, 'u');
}

function compilePreTokenizer(json: PreTokenizerJson): (text: string) => string[] {
  try {
    return createPreTokenizer(json);
  } catch (error) {
    return fail(`the pre-tokenizer's pattern is not supported: ${(error as Error).message}`, error);
  }
}

function fail(problem: string, cause?: unknown): never {
  throw new NeuralError('TOKENIZER_INVALID', `tokenizer.json: ${problem}`, { cause });
}
