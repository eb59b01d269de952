/**
 * Sums in one order, whoever computes the terms: the first half and the second half, each likewise.
 *
 *   0 1 2 3 4 5  ->  (0 + (1 + 2)) + (3 + (4 + 5))
 *
 * Floating-point sums depend on their order. By halves, any power of two of workers with equal shares of the terms gives
 * the bits that one worker with all of them gives.
 */
export function sumByHalves<T>(terms: readonly T[], add: (a: T, b: T) => T): T {
  if (terms.length === 1) return terms[0]!;
  const half = Math.floor(terms.length / 2);
  return add(sumByHalves(terms.slice(0, half), add), sumByHalves(terms.slice(half), add));
}
