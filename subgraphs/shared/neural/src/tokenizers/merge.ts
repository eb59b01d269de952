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

interface Candidate extends Merge {
  readonly at: number;
  readonly left: number;
  readonly right: number;
}

/** Tokens as a linked list over their first positions; a candidate whose tokens have changed since is stale. */
export function mergeByHeap(tokens: readonly number[], merges: MergeTable): number[] {
  const end = tokens.length;
  const token = [...tokens];
  const next = token.map((_, at) => at + 1);
  const previous = token.map((_, at) => at - 1);
  const alive = token.map(() => true);
  const heap = new Heap<Candidate>((a, b) => a.rank < b.rank || (a.rank === b.rank && a.at < b.at));
  const offer = (at: number): void => {
    const right = next[at]!;
    if (right >= end) return;
    const merge = merges(token[at]!, token[right]!);
    if (merge !== undefined) heap.push({ ...merge, at, left: token[at]!, right: token[right]! });
  };
  for (let at = 0; at < end; at += 1) offer(at);
  for (let best = heap.pop(); best !== undefined; best = heap.pop()) {
    const { at } = best;
    const right = next[at]!;
    if (!alive[at] || right >= end || token[at] !== best.left || token[right] !== best.right) continue;
    token[at] = best.result;
    alive[right] = false;
    next[at] = next[right]!;
    if (next[at]! < end) previous[next[at]!] = at;
    offer(at);
    if (previous[at]! >= 0) offer(previous[at]!);
  }
  return token.filter((_, at) => alive[at]);
}
