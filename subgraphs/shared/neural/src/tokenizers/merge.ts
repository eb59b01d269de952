export interface Merge {
  /** Lower merges first. */
  readonly rank: number;
  readonly result: number;
}
/** The merge of two neighbouring tokens, if there is one. */
export type MergeTable = (left: number, right: number) => Merge | undefined;

/** Up to here scanning for the best pair beats keeping a heap of pairs. */
const scanLimit = 48;

/** Applies merges in rank order, leftmost first, until none applies: O(n log n), so a 1 MB word is no attack. */
export function mergeTokens(tokens: readonly number[], merges: MergeTable): number[] {
  return tokens.length <= scanLimit ? mergeByScan(tokens, merges) : mergeByHeap(tokens, merges);
}

function mergeByScan(tokens: readonly number[], merges: MergeTable): number[] {
  const merged = [...tokens];
  for (;;) {
    let best: Merge | undefined;
    let bestAt = 0;
    for (let at = 0; at + 1 < merged.length; at += 1) {
      const merge = merges(merged[at]!, merged[at + 1]!);
      if (merge !== undefined && (best === undefined || merge.rank < best.rank)) {
        best = merge;
        bestAt = at;
      }
    }
    if (best === undefined) return merged;
    merged.splice(bestAt, 2, best.result);
  }
}

/** A candidate is one number: rank first, then position, so that the smallest is the next merge. */
const positions = 2 ** 31;

/**
 * Tokens as a linked list over their first positions. A candidate is stale when the pair at its position no longer has
 * its rank.
 */
export function mergeByHeap(tokens: readonly number[], merges: MergeTable): number[] {
  const end = tokens.length;
  const token = Int32Array.from(tokens);
  const next = new Int32Array(end);
  const previous = new Int32Array(end);
  // Every merge takes one candidate and offers two, and there are fewer merges than tokens.
  const candidates = new CandidateHeap(2 * end);
  for (let at = 0; at < end; at += 1) {
    next[at] = at + 1;
    previous[at] = at - 1;
  }
  /** What was merged away points nowhere. */
  const gone = -1;
  const mergeAt = (at: number): Merge | undefined => {
    const right = next[at]!;
    return right === gone || right >= end ? undefined : merges(token[at]!, token[right]!);
  };
  const offer = (at: number): void => {
    const merge = at < 0 ? undefined : mergeAt(at);
    if (merge !== undefined) candidates.push(merge.rank * positions + at);
  };
  for (let at = 0; at < end; at += 1) offer(at);
  while (candidates.size > 0) {
    const best = candidates.pop();
    const at = best % positions;
    const merge = mergeAt(at);
    if (merge === undefined || merge.rank !== Math.floor(best / positions)) continue;
    const right = next[at]!;
    const after = next[right]!;
    token[at] = merge.result;
    next[at] = after;
    next[right] = gone;
    if (after < end) previous[after] = at;
    offer(at);
    offer(previous[at]!);
  }
  return Array.from(token.filter((_, at) => next[at] !== gone));
}

/** The smallest number first, in one flat piece of memory. */
class CandidateHeap {
  readonly #items: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.#items = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  push(item: number): void {
    const items = this.#items;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= item) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): number {
    const items = this.#items;
    const first = items[0]!;
    const last = items[--this.#size]!;
    const size = this.#size;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && items[child + 1]! < items[child]!) child += 1;
      if (items[child]! >= last) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return first;
  }
}
