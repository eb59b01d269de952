/** Examples to the packed files that a trainer reads: encoded once, piece by piece, and never all at once in memory. */
import { naming } from '../example-problem.ts';
import { type Example, piecesOf, type TokenizingOptions } from '../examples.ts';
import { type FittingLengths, fitLengths } from '../sequence-length.ts';
import type { ExampleSource } from './example-source.ts';
import { type PackedSides, packSides } from './pack-sides.ts';
import { pieceRecord } from './piece-source.ts';

export interface PackingOptions extends Omit<TokenizingOptions, 'sequenceLength'> {
  readonly batchSize: number;
  /** What the network can take. */
  readonly maxPositions: number;
  /** Where the files are written; see {@link packSides}. */
  readonly folder: string;
}

export interface PackedExamples<Side extends string> extends FittingLengths, PackedSides<Side> {}

/**
 * A file a side. Lengths fit all sides together. Pieces carry their example's place among all. Throws EXAMPLE_INVALID naming
 * the line of an example that does not fit, and STORAGE_FULL.
 */
export async function packExamples<Side extends string>(
  source: ExampleSource,
  options: PackingOptions & { readonly sides: readonly Side[]; readonly sideOf: (example: Example) => Side },
): Promise<PackedExamples<Side>> {
  const { sideOf, maxPositions, batchSize } = options;
  let [index, total, longest] = [0, 0, 0];
  const packed = await packSides(options, async (add) => {
    for await (const example of source.read()) {
      const pieces = naming(`line ${index + 1}`, index, () =>
        piecesOf(example, index, { ...options, sequenceLength: maxPositions }),
      );
      for (const piece of pieces) {
        const length = piece.tokens.length - 1;
        total += length;
        longest = Math.max(longest, length);
        await add(sideOf(example), pieceRecord(piece));
      }
      index += 1;
    }
  });
  // Whatever is longer than a row was cut at the most a row can have, so no piece needs to be cut again.
  return { ...packed, ...fitLengths({ total, longest }, { batchSize, maxPositions }) };
}
