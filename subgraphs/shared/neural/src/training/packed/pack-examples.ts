/** Examples to the packed files that a trainer reads: encoded once, piece by piece, and never all at once in memory. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NeuralError } from '../../errors.ts';
import { type Example, piecesOf, type TokenizingOptions } from '../examples.ts';
import { type FittingLengths, fitLengths } from '../sequence-length.ts';
import type { ExampleSource } from './example-source.ts';
import { pieceRecord } from './piece-source.ts';
import { createRecordWriter, openRecordFile, type RecordFile } from './record-file.ts';

export interface PackingOptions extends Omit<TokenizingOptions, 'sequenceLength'> {
  readonly batchSize: number;
  /** What the network can take. */
  readonly maxPositions: number;
  /** Where the files are written. They are gone from it once they are open: whatever ends the process leaves nothing behind. */
  readonly folder: string;
}

export interface PackedExamples<Side extends string> extends FittingLengths {
  readonly files: Readonly<Record<Side, RecordFile>>;
  close(): void;
}

/**
 * A file a side. Lengths fit all sides together. Pieces carry their example's place among all. Throws EXAMPLE_INVALID naming
 * the line of an example that does not fit, and STORAGE_FULL.
 */
export async function packExamples<Side extends string>(
  source: ExampleSource,
  options: PackingOptions & { readonly sides: readonly Side[]; readonly sideOf: (example: Example) => Side },
): Promise<PackedExamples<Side>> {
  const { folder, sides, sideOf, maxPositions, batchSize } = options;
  const paths = new Map(sides.map((side) => [side, join(folder, `${side}.pieces`)]));
  const writers = new Map<Side, Awaited<ReturnType<typeof createRecordWriter>>>();
  const opened = new Map<Side, RecordFile>();
  try {
    for (const [side, path] of paths) writers.set(side, await createRecordWriter(path));
    let [index, total, longest] = [0, 0, 0];
    for await (const example of source.read()) {
      for (const piece of encoded(example, index, options)) {
        const length = piece.tokens.length - 1;
        total += length;
        longest = Math.max(longest, length);
        await writers.get(sideOf(example))!.add(pieceRecord(piece));
      }
      index += 1;
    }
    for (const [side, path] of paths) {
      await writers.get(side)!.finish();
      opened.set(side, await openRecordFile(path));
      await rm(path);
    }
    return {
      // Whatever is longer than a row was cut at the most a row can have, so no piece needs to be cut again.
      ...fitLengths({ total, longest }, { batchSize, maxPositions }),
      files: Object.fromEntries(opened) as Record<Side, RecordFile>,
      close: () => closeAll(opened.values()),
    };
  } catch (error) {
    closeAll(opened.values());
    for (const writer of writers.values()) await writer.discard();
    for (const path of paths.values()) await rm(path, { force: true });
    throw error;
  }
}

function encoded(example: Example, index: number, { maxPositions, ...options }: PackingOptions) {
  try {
    return piecesOf(example, index, { ...options, sequenceLength: maxPositions });
  } catch (cause) {
    if (!(cause instanceof NeuralError)) throw cause;
    throw new NeuralError('EXAMPLE_INVALID', `line ${index + 1}: ${cause.message}`, { cause });
  }
}

function closeAll(files: Iterable<RecordFile>): void {
  for (const file of files) file.close();
}
