/**
 * The deferred parts of one answer, while they are fetched:
 *
 *   begun --(every fetch it depends on has ended)--> running --> ready, in the order in which they are
 *
 * Invariant: whoever waits is told of each block once, and of the end when nothing is under way any more.
 */
import { createDeferred, type Deferred } from '@fathom/platform/deferred';
import type { GraphQLFormattedError } from 'graphql';

export interface ReadyBlock {
  readonly label: string;
  readonly errors: readonly GraphQLFormattedError[];
}

export class DeferredBlocks {
  readonly #fetches = new Map<string, Deferred<void>>();
  readonly #ready: ReadyBlock[] = [];
  readonly #formatError: (error: unknown) => GraphQLFormattedError;
  #underWay = 0;
  #waiting: Deferred<void> | undefined;

  constructor(formatError: (error: unknown) => GraphQLFormattedError) {
    this.#formatError = formatError;
  }

  begin(
    label: string,
    dependsOn: readonly string[],
    run: () => Promise<readonly GraphQLFormattedError[]>,
  ): void {
    this.#underWay += 1;
    void Promise.all(dependsOn.map((id) => this.#fetch(id).promise))
      .then(run)
      .catch((error: unknown) => [this.#formatError(error)])
      .then((errors) => {
        this.#underWay -= 1;
        this.#ready.push({ label, errors });
        this.#waiting?.resolve();
      });
  }

  /** These fetches have ended, or will never be sent. */
  ended(ids: readonly string[]): void {
    for (const id of ids) this.#fetch(id).resolve();
  }

  /** At least one, as soon as there is one; none when there will be no more. */
  async next(): Promise<readonly ReadyBlock[]> {
    while (this.#ready.length === 0 && this.#underWay > 0) {
      this.#waiting = createDeferred();
      await this.#waiting.promise;
    }
    return this.#ready.splice(0);
  }

  #fetch(id: string): Deferred<void> {
    const known = this.#fetches.get(id) ?? createDeferred<void>();
    this.#fetches.set(id, known);
    return known;
  }
}
