/** What is told of a data set as a whole, gathered example by example. Lengths are characters, prompt and completion together. */
import type { Example } from '@fathom/neural/training/examples';

/** The last bucket has no upper end. */
export const lengthBounds = [16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384] as const;

export interface Statistics {
  /** Examples that are equal to an earlier one. */
  readonly duplicateCount: number;
  readonly promptCharacters: number;
  readonly completionCharacters: number;
  readonly longestCharacters: number;
  /** Examples by length: up to each of {@link lengthBounds}, and beyond the last. */
  readonly lengths: readonly number[];
}

export class ExampleStatistics {
  #promptCharacters = 0;
  #completionCharacters = 0;
  #longestCharacters = 0;
  readonly #lengths = new Array<number>(lengthBounds.length + 1).fill(0);

  add(example: Example): void {
    const [prompt, completion] =
      'text' in example ? [0, example.text.length] : [example.prompt.length, example.completion.length];
    this.#promptCharacters += prompt;
    this.#completionCharacters += completion;
    this.#longestCharacters = Math.max(this.#longestCharacters, prompt + completion);
    const bucket = lengthBounds.findIndex((bound) => prompt + completion <= bound);
    const at = bucket < 0 ? lengthBounds.length : bucket;
    this.#lengths[at] = this.#lengths[at]! + 1;
  }

  result(duplicateCount: number): Statistics {
    return {
      duplicateCount,
      promptCharacters: this.#promptCharacters,
      completionCharacters: this.#completionCharacters,
      longestCharacters: this.#longestCharacters,
      lengths: this.#lengths,
    };
  }
}
