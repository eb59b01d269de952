/** How often each word occurs in texts that need not be there at once. What is held follows the number of different words. */
export class WordCounts {
  readonly #split: (text: string) => Iterable<string>;
  readonly #counts = new Map<string, number>();

  /** `split` is the tokenizer's own way of cutting a text into words. */
  constructor(split: (text: string) => Iterable<string>) {
    this.#split = split;
  }

  add(text: string): void {
    for (const word of this.#split(text)) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
  }

  [Symbol.iterator](): IterableIterator<[string, number]> {
    return this.#counts.entries();
  }
}

/** Of texts, or of what was counted before. */
export function countWords(
  texts: Iterable<string> | WordCounts,
  split: (text: string) => Iterable<string>,
): WordCounts {
  if (texts instanceof WordCounts) return texts;
  const counts = new WordCounts(split);
  for (const text of texts) counts.add(text);
  return counts;
}
