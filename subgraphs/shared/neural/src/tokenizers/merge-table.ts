import type { Merge, MergeTable } from './merge.ts';
import { tokenizerProblem } from './tokenizer-problem.ts';

/** Throws `TOKENIZER_INVALID` for a merge of, or into, a text that is no token. */
export function createMergeTable(options: {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
}): MergeTable {
  const { vocabulary, merges } = options;
  const stride = 2 ** 24;
  const table = new Map<number, Merge>();
  const idOf = (text: string, rank: number): number =>
    vocabulary.get(text) ??
    tokenizerProblem(`merge ${rank} uses ${JSON.stringify(text)}, which is not in the vocabulary`);
  merges.forEach(([left, right], rank) => {
    table.set(idOf(left, rank) * stride + idOf(right, rank), { rank, result: idOf(left + right, rank) });
  });
  return (left, right) => table.get(left * stride + right);
}
