import { Heap } from '../collections/heap.ts';
import { NeuralError } from '../errors.ts';
import { bytesToText } from './byte-alphabet.ts';
import { ByteLevelBpe } from './byte-level-bpe.ts';
import { createPreTokenizer, defaultPreTokenizer } from './pre-tokenizer.ts';

export interface BpeTrainingOptions {
  readonly texts: Iterable<string> | WordCounts;
  /** Special tokens, 256 bytes and merges together. Fewer are made when no pair occurs twice any more. */
  readonly vocabularySize: number;
  /** They get the first ids, in this order. */
  readonly specialTokens: readonly string[];
}

interface Word {
  tokens: number[];
  readonly count: number;
}
interface Pair {
  readonly key: number;
  readonly count: number;
}

/** Two ids in one number, as long as ids stay below 2^24. */
const stride = 2 ** 24;

/**
 * Learns merges: again and again the most frequent pair of neighbouring tokens becomes one token. Counts are kept per
 * distinct word and updated only where a merge happened, so the cost follows the number of distinct words, not the text.
 * Ties go to the pair with the smaller ids: the same texts give the same tokenizer.
 */
export function trainByteLevelBpe(options: BpeTrainingOptions): ByteLevelBpe {
  const { specialTokens, vocabularySize } = options;
  const firstMerge = specialTokens.length + 256;
  if (vocabularySize < firstMerge) {
    throw new NeuralError(
      'TOKENIZER_INVALID',
      `a vocabulary needs at least ${firstMerge} tokens, not ${vocabularySize}`,
    );
  }
  const textOf: string[] = [...specialTokens];
  for (let byte = 0; byte < 256; byte += 1) textOf.push(bytesToText(Uint8Array.of(byte)));
  const counts = options.texts instanceof WordCounts ? options.texts : countWords(options.texts);
  const words = wordsOf(counts, specialTokens.length);
  const pairs = new PairCounts(words);
  const merges: [string, string][] = [];
  while (textOf.length < vocabularySize) {
    const best = pairs.mostFrequent();
    if (best === undefined || best.count < 2) break;
    const [left, right] = [Math.floor(best.key / stride), best.key % stride];
    merges.push([textOf[left]!, textOf[right]!]);
    pairs.merge({ left, right, result: textOf.length });
    textOf.push(textOf[left]! + textOf[right]!);
  }
  return new ByteLevelBpe({
    vocabulary: new Map(
      textOf.slice(specialTokens.length).map((text, at) => [text, at + specialTokens.length]),
    ),
    merges,
    specialTokens: specialTokens.map((text, id) => ({ id, text })),
  });
}

/** How often each word occurs in texts that need not be there at once. What is held follows the number of different words. */
export class WordCounts {
  readonly #split = createPreTokenizer(defaultPreTokenizer);
  readonly #counts = new Map<string, number>();

  add(text: string): void {
    for (const word of this.#split(text)) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
  }

  [Symbol.iterator](): IterableIterator<[string, number]> {
    return this.#counts.entries();
  }
}

function countWords(texts: Iterable<string>): WordCounts {
  const counts = new WordCounts();
  for (const text of texts) counts.add(text);
  return counts;
}

function wordsOf(counts: WordCounts, firstByteId: number): Word[] {
  const encoder = new TextEncoder();
  return Array.from(counts, ([word, count]) => ({
    tokens: Array.from(encoder.encode(word), (byte) => byte + firstByteId),
    count,
  }));
}

/** How often each pair occurs, and in which words. The heap may hold outdated counts; they are corrected when popped. */
class PairCounts {
  readonly #words: readonly Word[];
  readonly #counts = new Map<number, number>();
  readonly #wordsWith = new Map<number, Set<number>>();
  readonly #heap = new Heap<Pair>((a, b) => a.count > b.count || (a.count === b.count && a.key < b.key));

  constructor(words: readonly Word[]) {
    this.#words = words;
    words.forEach((word, index) => {
      forEachPair(word.tokens, (key) => this.#change({ key, by: word.count, index }));
    });
    for (const [key, count] of this.#counts) this.#heap.push({ key, count });
  }

  mostFrequent(): Pair | undefined {
    for (let pair = this.#heap.pop(); pair !== undefined; pair = this.#heap.pop()) {
      const count = this.#counts.get(pair.key) ?? 0;
      if (count === pair.count) return pair;
      if (count > 0) this.#heap.push({ key: pair.key, count });
    }
    return undefined;
  }

  merge(merge: { readonly left: number; readonly right: number; readonly result: number }): void {
    const key = merge.left * stride + merge.right;
    const grown = new Set<number>();
    for (const index of this.#wordsWith.get(key) ?? []) {
      const word = this.#words[index]!;
      forEachPair(word.tokens, (old) => this.#change({ key: old, by: -word.count, index }));
      word.tokens = replacePair(word.tokens, merge);
      forEachPair(word.tokens, (created) => {
        this.#change({ key: created, by: word.count, index });
        grown.add(created);
      });
    }
    this.#counts.delete(key);
    this.#wordsWith.delete(key);
    for (const pair of grown) {
      const count = this.#counts.get(pair);
      if (count !== undefined) this.#heap.push({ key: pair, count });
    }
  }

  #change(change: { readonly key: number; readonly by: number; readonly index: number }): void {
    this.#counts.set(change.key, (this.#counts.get(change.key) ?? 0) + change.by);
    if (change.by < 0) return;
    const words = this.#wordsWith.get(change.key);
    if (words === undefined) this.#wordsWith.set(change.key, new Set([change.index]));
    else words.add(change.index);
  }
}

function forEachPair(tokens: readonly number[], visit: (key: number) => void): void {
  for (let at = 0; at + 1 < tokens.length; at += 1) visit(tokens[at]! * stride + tokens[at + 1]!);
}

function replacePair(
  tokens: readonly number[],
  merge: { left: number; right: number; result: number },
): number[] {
  const replaced: number[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at] === merge.left && tokens[at + 1] === merge.right) {
      replaced.push(merge.result);
      at += 1;
    } else {
      replaced.push(tokens[at]!);
    }
  }
  return replaced;
}
