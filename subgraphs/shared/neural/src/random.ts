/** A seeded stream of numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, bound). */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
}

/** sfc32 (PractRand), seeded through splitmix32 so that neighbouring seeds give unrelated streams. */
export function createRandom(...seeds: readonly number[]): Random {
  let mixed = 0x9e3779b9;
  for (const seed of seeds) mixed = splitmix32(mixed ^ splitmix32(seed));
  let a = splitmix32(mixed + 1);
  let b = splitmix32(mixed + 2);
  let c = splitmix32(mixed + 3);
  let counter = 1;
  const nextUint = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) nextUint();
  const next = (): number => nextUint() / 2 ** 32;
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** Fisher-Yates, in place. */
export function shuffle<A extends { readonly length: number; [at: number]: unknown }>(
  items: A,
  random: Random,
): A {
  for (let at = items.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    const held = items[at];
    items[at] = items[other] as A[number];
    items[other] = held as A[number];
  }
  return items;
}

function splitmix32(seed: number): number {
  let z = (seed + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) | 0;
}
