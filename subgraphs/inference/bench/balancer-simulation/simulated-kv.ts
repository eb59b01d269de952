/**
 * A replica's key/value cache, in positions: what running requests have reserved, and blocks of prompts that are kept for requests
 * that begin alike.
 *
 * Simpler than `domain/kv-pool`: kept blocks are shared by name and not by slot. As there, a reservation is of the prompt and the
 * longest completion, and what is kept gives way to it, the longest unused first.
 *
 * Invariant: reserved and kept positions are together at most `positions`.
 */
import { blockTokens } from './trace.ts';

export class SimulatedKv {
  readonly positions: number;
  #reserved = 0;
  /** Blocks in the order of last use. */
  readonly #kept = new Map<string, true>();

  constructor(positions: number) {
    this.positions = positions;
  }

  get reserved(): number {
    return this.#reserved;
  }

  get kept(): number {
    return this.#kept.size * blockTokens;
  }

  couldHold(tokens: number): boolean {
    return tokens <= this.positions;
  }

  /** False where it does not fit beside what runs now. */
  reserve(tokens: number): boolean {
    if (this.#reserved + tokens > this.positions) return false;
    this.#reserved += tokens;
    this.#makeRoom();
    return true;
  }

  release(tokens: number): void {
    this.#reserved -= tokens;
  }

  /** Of a prompt with these blocks, so many leading tokens need not be computed. */
  keptTokens(prefix: readonly string[]): number {
    let blocks = 0;
    while (blocks < prefix.length && this.#kept.has(prefix[blocks]!)) blocks += 1;
    return blocks * blockTokens;
  }

  keep(prefix: readonly string[]): void {
    for (const block of prefix) {
      this.#kept.delete(block);
      this.#kept.set(block, true);
    }
    this.#makeRoom();
  }

  clear(): void {
    this.#reserved = 0;
    this.#kept.clear();
  }

  #makeRoom(): void {
    for (const block of this.#kept.keys()) {
      if (this.#reserved + this.kept <= this.positions) return;
      this.#kept.delete(block);
    }
  }
}
