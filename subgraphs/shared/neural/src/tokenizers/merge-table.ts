import type { Merge, MergeTable } from './merge.ts';
import { tokenizerProblem } from './tokenizer-problem.ts';

/**
 * Open addressing over flat arrays: a pair of ids that is in no merge, which most pairs are, costs one look at memory; in a
 * Map its key would be a number on the heap.
 *
 * Throws `TOKENIZER_INVALID` for a merge of, or into, a text that is no token.
 */
export function createMergeTable(options: {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
}): MergeTable {
  const { vocabulary, merges } = options;
  const idOf = (text: string, rank: number): number =>
    vocabulary.get(text) ??
    tokenizerProblem(`merge ${rank} uses ${JSON.stringify(text)}, which is not in the vocabulary`);
  const places = 2 ** Math.ceil(Math.log2(Math.max(4, merges.length * 2)));
  const lefts = new Int32Array(places).fill(-1);
  const rights = new Int32Array(places);
  const found: Merge[] = new Array(places);
  const placeOf = (left: number, right: number): number => {
    let place = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 0;
    place = (place ^ (place >>> 15)) & (places - 1);
    while (lefts[place] !== -1 && (lefts[place] !== left || rights[place] !== right))
      place = (place + 1) & (places - 1);
    return place;
  };
  merges.forEach(([first, second], rank) => {
    const [left, right] = [idOf(first, rank), idOf(second, rank)];
    const place = placeOf(left, right);
    lefts[place] = left;
    rights[place] = right;
    found[place] = { rank, result: idOf(first + second, rank) };
  });
  return (left, right) => {
    const place = placeOf(left, right);
    return lefts[place] === -1 ? undefined : found[place];
  };
}
