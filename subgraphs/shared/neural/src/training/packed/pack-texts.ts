/** Whole texts to packed files, as `pack-examples.ts` does it with examples of a language model. */
import { naming } from '../example-problem.ts';
import type { Example } from '../examples.ts';
import { roundedUp } from '../sequence-length.ts';
import { type EncodeText, encodeTexts, type TextExample } from '../text-examples.ts';
import type { ExampleSource } from './example-source.ts';
import { type PackedSides, packSides } from './pack-sides.ts';
import { textsRecord } from './text-source.ts';

export interface TextPackingOptions {
  readonly encodeText: EncodeText;
  /** What the network can take; longer texts are cut to it. */
  readonly maxPositions: number;
  /** Where the files are written; see {@link packSides}. */
  readonly folder: string;
}

export interface PackedTexts<Side extends string> extends PackedSides<Side> {
  /** Tokens a row so that the longest text fits. */
  readonly sequenceLength: number;
  /** How many texts were cut. */
  readonly cut: number;
}

/** A file a side. Records carry their example's place among all. Throws EXAMPLE_INVALID naming a line, and STORAGE_FULL. */
export async function packTexts<Side extends string>(
  source: ExampleSource,
  options: TextPackingOptions & {
    readonly sides: readonly Side[];
    readonly sideOf: (example: Example) => Side;
    /** Throws EXAMPLE_INVALID for an example that the task cannot take. */
    readonly textsOf: (example: Example) => TextExample;
  },
): Promise<PackedTexts<Side>> {
  const { encodeText, maxPositions, sideOf, textsOf } = options;
  let [index, longest, cut] = [0, 1, 0];
  // A text is cut by encoding it anew: what frames it stays whole.
  const cutTo: EncodeText = (text, { maxTokens }) => {
    const ids = encodeText(text, { maxTokens: maxTokens + 1 });
    if (ids.length <= maxTokens) return ids;
    cut += 1;
    return encodeText(text, { maxTokens });
  };
  const packed = await packSides(options, async (add) => {
    for await (const example of source.read()) {
      const encoded = naming(`line ${index + 1}`, index, () =>
        encodeTexts(textsOf(example), index, { encodeText: cutTo, maxTokens: maxPositions }),
      );
      for (const { length } of encoded.texts) longest = Math.max(longest, length);
      await add(sideOf(example), textsRecord(encoded));
      index += 1;
    }
  });
  return { ...packed, sequenceLength: Math.min(roundedUp(longest), maxPositions), cut };
}
