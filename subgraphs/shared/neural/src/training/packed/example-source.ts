/** Examples that can be read again and again, one after the other, without all of them being held. */

import type { Example } from '../examples.ts';
import { streamExamples } from '../read-examples.ts';
import { heldOutCount, type SplitOptions, splitKey, tooFewExamples } from '../split.ts';
import { KeyCensus } from './key-census.ts';

export interface ExampleSource {
  readonly count: number;
  /** From the first one, each time. */
  read(): AsyncIterable<Example>;
}

export const listedExamples = (examples: readonly Example[]): ExampleSource => ({
  count: examples.length,
  async *read() {
    yield* examples;
  },
});

/** The examples of a data set's folder, all of them checked. Throws EXAMPLE_INVALID with the first wrong line. */
export async function openExamples(folder: string): Promise<ExampleSource> {
  let count = 0;
  for await (const _ of streamExamples(folder)) count += 1;
  return { count, read: () => streamExamples(folder) };
}

/** The first so many that are wanted. */
export async function firstExamples<E extends Example>(
  source: ExampleSource,
  { count, wanted }: { readonly count: number; readonly wanted: (example: Example) => example is E },
): Promise<readonly E[]> {
  const found: E[] = [];
  if (count === 0) return found;
  for await (const example of source.read()) {
    if (wanted(example)) found.push(example);
    if (found.length === count) break;
  }
  return found;
}

export interface SplitSource {
  readonly all: ExampleSource;
  readonly isHeldOut: (example: Example) => boolean;
  readonly training: ExampleSource;
  readonly heldOut: ExampleSource;
}

/** Divides a data set's folder as `splitExamples` does, by the first 64 bits of each example's key. It reads and checks it once. */
export async function openSplit(
  folder: string,
  { seed, heldOutShare, scratchFolder }: SplitOptions & { readonly scratchFolder: string },
): Promise<SplitSource> {
  const census = new KeyCensus(scratchFolder);
  try {
    for await (const example of streamExamples(folder)) await census.add([splitKey(example, seed)]);
    const { total, distinct } = await census.count();
    if (distinct < 2) throw tooFewExamples();
    const aside = heldOutCount(distinct, heldOutShare);
    const last = (await census.lowest(aside))!;
    const held = await census.amongLowest(aside);
    const isHeldOut = (example: Example) => splitKey(example, seed).slice(0, last.length) <= last;
    const all = { count: total, read: () => streamExamples(folder) };
    const side = (count: number, isOfIt: (example: Example) => boolean): ExampleSource => ({
      count,
      async *read() {
        for await (const example of all.read()) if (isOfIt(example)) yield example;
      },
    });
    return {
      all,
      isHeldOut,
      training: side(total - held, (example) => !isHeldOut(example)),
      heldOut: side(held, isHeldOut),
    };
  } finally {
    await census.remove();
  }
}
