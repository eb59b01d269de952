/**
 * Counter-based randomness: a pure function of (seed, position), so the token at a position is drawn with the same
 * number whichever batch, worker or process decodes it, and a generation that moved after a fault goes on as if
 * nothing had happened.
 *
 * Philox-2x32 with 10 rounds: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
const multiplier = 0xd256d193;
const weyl = 0x9e3779b9;
const rounds = 10;

/** The number in [0, 1), of 53 bits, that belongs to a position under a seed. Both are taken as 32-bit integers. */
export function uniformAt(seed: number, position: number): number {
  let key = seed >>> 0;
  let left = position >>> 0;
  let right = 0;
  for (let round = 0; round < rounds; round++) {
    const { high, low } = multiplyWide(multiplier, left);
    left = (high ^ key ^ right) >>> 0;
    right = low;
    key = (key + weyl) >>> 0;
  }
  return ((left >>> 5) * 0x4000000 + (right >>> 6)) / 0x20000000000000;
}

/** The 64-bit product of two unsigned 32-bit integers, as its two halves. */
function multiplyWide(a: number, b: number): { high: number; low: number } {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const lowLow = aLow * bLow;
  const middle = aHigh * bLow + (lowLow >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return {
    high: (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0,
    low: Math.imul(a, b) >>> 0,
  };
}

/** The seed of one of several completions; the first has the seed that was given, so it is the same alone. */
export function seedOfChoice(seed: number, choice: number): number {
  return choice === 0 ? seed : Math.floor(uniformAt(seed ^ weyl, 0xffff_ffff - choice) * 2 ** 31);
}
