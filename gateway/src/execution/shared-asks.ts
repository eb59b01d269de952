/**
 * Equal questions that are under way at the same time are asked once.
 *
 * Invariant: everybody gets an answer of their own, which they may change. The copies are made the moment the answer
 * comes, before anybody has seen it.
 */
import type { SubgraphAnswer } from '../subgraphs/subgraph.ts';
import { copyOf } from './merge.ts';

interface Flight {
  readonly answered: Promise<SubgraphAnswer>;
  readonly copies: SubgraphAnswer[];
  joined: number;
}

export class SharedAsks {
  readonly #flights = new Map<string, Flight>();

  ask(key: string, ask: () => Promise<SubgraphAnswer>): Promise<SubgraphAnswer> {
    const flight = this.#flights.get(key);
    if (!flight) return this.#begin(key, ask);
    flight.joined += 1;
    return flight.answered.then(() => flight.copies.pop() as SubgraphAnswer);
  }

  async #begin(key: string, ask: () => Promise<SubgraphAnswer>): Promise<SubgraphAnswer> {
    const answered = ask();
    const flight: Flight = {
      joined: 0,
      copies: [],
      answered: answered.then((answer) => {
        for (let copy = 0; copy < flight.joined; copy += 1) flight.copies.push(copyOf(answer));
        return answer;
      }),
    };
    this.#flights.set(key, flight);
    try {
      return await flight.answered;
    } finally {
      this.#flights.delete(key);
    }
  }
}
