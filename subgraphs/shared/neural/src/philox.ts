/**
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): a counter-based generator. Four
 * words of a counter and two of a key give four random words, and nothing else decides them, so that any part of a
 * stream can be drawn anywhere, in any order, again.
 */
const [multiplier0, multiplier1] = [0xd2511f53, 0xcd9e8d57];
const [weyl0, weyl1] = [0x9e3779b9, 0xbb67ae85];
const rounds = 10;

export type Counter = readonly [number, number, number, number];

/** Writes the four words of one counter into `out`, as unsigned 32-bit numbers. */
export function philox(counter: Counter, key: readonly [number, number], out: Uint32Array): void {
  let [x0, x1, x2, x3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round += 1) {
    const high0 = highProduct(multiplier0, x0);
    const low0 = Math.imul(multiplier0, x0);
    const high1 = highProduct(multiplier1, x2);
    const low1 = Math.imul(multiplier1, x2);
    x0 = high1 ^ x1 ^ k0;
    x1 = low1;
    x2 = high0 ^ x3 ^ k1;
    x3 = low0;
    k0 = (k0 + weyl0) | 0;
    k1 = (k1 + weyl1) | 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/** The upper 32 bits of a product of two unsigned 32-bit numbers, by halves. */
function highProduct(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (cross >>> 16)) | 0;
}
