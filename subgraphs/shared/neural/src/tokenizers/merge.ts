import { Heap } from '../collections/heap.ts';

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
  const next = Int32Array.from(tokens, (_, at) => at + 1);
  const previous = Int32Array.from(tokens, (_, at) => at - 1);
  const alive = new Uint8Array(end).fill(1);
  const heap = new Heap<number>((a, b) => a < b);
  const mergeAt = (at: number): Merge | undefined =>
    alive[at] === 1 && next[at]! < end ? merges(token[at]!, token[next[at]!]!) : undefined;
  const offer = (at: number): void => {
    const merge = at < 0 ? undefined : mergeAt(at);
    if (merge !== undefined) heap.push(merge.rank * positions + at);
  };
  for (let at = 0; at < end; at += 1) offer(at);
  for (let best = heap.pop(); best !== undefined; best = heap.pop()) {
    const at = best % positions;
    const merge = mergeAt(at);
    if (merge === undefined || merge.rank !== Math.floor(best / positions)) continue;
    const right = next[at]!;
    token[at] = merge.result;
    alive[right] = 0;
    next[at] = next[right]!;
    if (next[at]! < end) previous[next[at]!] = at;
    offer(at);
    offer(previous[at]!);
  }
  return Array.from(token.filter((_, at) => alive[at] === 1));
}
