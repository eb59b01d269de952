/**
 * Equal questions that are under way at the same time are asked once.
 *
 * Invariant: everybody gets an answer of their own, which they may change. The copies are made, and the question is
 * no longer under way, in the same turn: nobody can join behind the copying.
 */
import type { SubgraphAnswer } from '../subgraphs/subgraph.ts';
import { copyOf } from './merge.ts';

interface Joined {
  readonly resolve: (answer: SubgraphAnswer) => void;
  readonly reject: (reason: unknown) => void;
}

export class SharedAsks {
  readonly #underWay = new Map<string, Joined[]>();

  ask(key: string, ask: () => Promise<SubgraphAnswer>): Promise<SubgraphAnswer> {
    const others = this.#underWay.get(key);
    if (!others) return this.#begin(key, ask);
    return new Promise((resolve, reject) => others.push({ resolve, reject }));
  }

  async #begin(key: string, ask: () => Promise<SubgraphAnswer>): Promise<SubgraphAnswer> {
    const others: Joined[] = [];
    this.#underWay.set(key, others);
    try {
      const answer = await ask();
      this.#underWay.delete(key);
      for (const { resolve } of others) resolve(copyOf(answer));
      return answer;
    } catch (error) {
      this.#underWay.delete(key);
      for (const { reject } of others) reject(error);
      throw error;
    }
  }
}
