/** Several runs at once as one sequence, each part with the number of its choice, in the order in which they come. */
export interface ChoicePart<Part> {
  readonly index: number;
  readonly part: Part;
}

/** Ends when all have ended. When one fails, or the reader leaves, the others are left too. */
export async function* mergeRuns<Part>(
  runs: readonly AsyncGenerator<Part>[],
): AsyncGenerator<ChoicePart<Part>> {
  const step = async (index: number) => ({
    index,
    result: await (runs[index] as AsyncGenerator<Part>).next(),
  });
  const pending = new Map(runs.map((_, index) => [index, step(index)]));
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values());
      if (result.done) {
        pending.delete(index);
        continue;
      }
      pending.set(index, step(index));
      yield { index, part: result.value };
    }
  } finally {
    // A step that fails behind the first failure was told of already.
    for (const other of pending.values()) other.catch(() => undefined);
  }
}
