/**
 * Merges that a tokenizer learns: again and again the most frequent pair of neighbouring tokens becomes one token. Counts are
 * kept per distinct word and updated only where a merge happened, so the cost follows the number of distinct words, not the
 * text. Ties go to the pair with the smaller ids: the same words give the same merges.
 */
import { Heap } from '../collections/heap.ts';

export interface Word {
  /** Ids. */
  tokens: number[];
  readonly count: number;
}

export interface MergedPair {
  readonly left: number;
  readonly right: number;
}

interface Pair {
  readonly key: number;
  readonly count: number;
}

/** Two ids in one number, as long as ids stay below 2^24. */
const stride = 2 ** 24;

export interface Merging {
  /** Names the token that a pair becomes. */
  readonly idOf: (pair: MergedPair) => number;
  readonly isEnough: () => boolean;
}

/** Merges pairs, most frequent first, until it is enough or none occurs twice any more. The words' tokens change with each. */
export function mergeFrequentPairs(words: readonly Word[], { idOf, isEnough }: Merging): void {
  const pairs = new PairCounts(words);
  while (!isEnough()) {
    const best = pairs.mostFrequent();
    if (best === undefined || best.count < 2) return;
    const pair = { left: Math.floor(best.key / stride), right: best.key % stride };
    pairs.merge({ ...pair, result: idOf(pair) });
  }
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
