/**
 * Which replica has computed which beginnings of prompts lately: a guess about their caches, made from what was placed there.
 *
 * Invariant: a replica that is said to hold a block holds, as far as is known, all blocks before it. At most `maxBlocks`
 * blocks are remembered; the ones that were used the longest ago are forgotten.
 */
export class PrefixDirectory {
  readonly #maxBlocks: number;
  /** Block to the replicas that hold it, in the order of last use. */
  readonly #holders = new Map<string, Set<string>>();

  constructor(maxBlocks: number) {
    this.#maxBlocks = maxBlocks;
  }

  get size(): number {
    return this.#holders.size;
  }

  /** How many leading blocks each replica holds; replicas that hold none are left out. */
  matches(prefix: readonly string[]): ReadonlyMap<string, number> {
    const matched = new Map<string, number>();
    for (const [at, block] of prefix.entries()) {
      const holders = this.#holders.get(block);
      if (holders === undefined) break;
      let goesOn = false;
      for (const replicaId of holders) {
        if ((matched.get(replicaId) ?? 0) !== at) continue;
        matched.set(replicaId, at + 1);
        goesOn = true;
      }
      if (!goesOn) break;
    }
    return matched;
  }

  /** A replica is about to compute a prompt. */
  placed(replicaId: string, prefix: readonly string[]): void {
    for (const block of prefix) {
      const holders = this.#holders.get(block) ?? new Set();
      holders.add(replicaId);
      // Set anew, it is the last in the order of use.
      this.#holders.delete(block);
      this.#holders.set(block, holders);
    }
    this.#forgetOldest();
  }

  /** A replica is gone, and its cache with it. */
  forget(replicaId: string): void {
    for (const [block, holders] of this.#holders) {
      if (holders.delete(replicaId) && holders.size === 0) this.#holders.delete(block);
    }
  }

  #forgetOldest(): void {
    for (const block of this.#holders.keys()) {
      if (this.#holders.size <= this.#maxBlocks) return;
      this.#holders.delete(block);
    }
  }
}
