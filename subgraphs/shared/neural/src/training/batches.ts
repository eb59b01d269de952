import { NeuralError } from '../errors.ts';
import { createRandom, shuffle } from '../random.ts';
import type { Batch } from './batch.ts';
import { type EncodedExample, type EncodingOptions, type Example, encodeExample } from './examples.ts';
import { type PackedRows, packRows } from './packed/pack-rows.ts';
import { type PieceSource, piecesInMemory } from './packed/piece-source.ts';

/** The model learns what questions look like without spending itself on them. */
export const defaultPromptWeight = 0.1;

export interface BatchesOptions extends Omit<EncodingOptions, 'promptWeight'> {
  readonly seed: number;
  readonly batchSize: number;
  /** {@link defaultPromptWeight} where it is left out. */
  readonly promptWeight?: number;
}

export interface Batches {
  /** The batch of a step, counted from 0. It depends on the examples, the seed and the step alone. */
  batchAt(step: number): Batch;
  /** Steps until every example was seen once. */
  readonly stepsPerEpoch: number;
  readonly examples: number;
  /** Real tokens of one epoch. */
  readonly tokensPerEpoch: number;
}

type Row = readonly EncodedExample[];

/**
 * Examples to packed batches. Every epoch shuffles and packs anew, from (seed, epoch); its rows are then dealt out batch
 * by batch, the last batch topped up from the first rows. An epoch that packs looser than the first one leaves its last
 * rows out: which ones differs from epoch to epoch.
 */
export function batchesFrom(examples: readonly Example[], options: BatchesOptions): Batches {
  const { promptWeight = defaultPromptWeight } = options;
  const encoded = examples.flatMap((example, index) =>
    encodeExample(example, index, { ...options, promptWeight }),
  );
  return batchesOf(piecesInMemory(encoded), options);
}

/** The same from pieces, wherever they lie; those of one batch are read for it. */
export function batchesOf(
  pieces: PieceSource,
  { batchSize, sequenceLength, seed }: Pick<BatchesOptions, 'batchSize' | 'sequenceLength' | 'seed'>,
): Batches {
  if (pieces.count === 0) throw new NeuralError('EXAMPLE_INVALID', 'there are no examples');
  const { lengthOf } = pieces;
  // An epoch's number of rows depends on its shuffle; all epochs get the count of the first, so that a step's epoch is
  // known without packing those before it.
  const first = packEpoch(0);
  const stepsPerEpoch = Math.ceil(first.count / batchSize);
  let cached: { readonly epoch: number; readonly rows: PackedRows } = { epoch: 0, rows: first };

  function packEpoch(epoch: number): PackedRows {
    const order = shuffle(inOrder(pieces.count), createRandom(seed, epoch));
    return packRows(order, { lengthOf, sequenceLength });
  }
  function rowsOf(epoch: number): PackedRows {
    if (cached.epoch !== epoch) cached = { epoch, rows: packEpoch(epoch) };
    return cached.rows;
  }
  return {
    stepsPerEpoch,
    examples: pieces.count,
    tokensPerEpoch: tokensOf(pieces),
    batchAt(step) {
      const rows = rowsOf(Math.floor(step / stepsPerEpoch));
      const firstRow = (step % stepsPerEpoch) * batchSize;
      const chosen = Array.from({ length: batchSize }, (_, at) =>
        readRow(rows.piecesOf((firstRow + at) % rows.count), pieces),
      );
      return layOut(chosen, sequenceLength);
    },
  };
}

export const inOrder = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, at) => at);

export const readRow = (row: Uint32Array, pieces: PieceSource): Row => Array.from(row, pieces.read);

function tokensOf({ count, lengthOf }: PieceSource): number {
  let tokens = 0;
  for (let piece = 0; piece < count; piece += 1) tokens += lengthOf(piece);
  return tokens;
}

export function layOut(rows: readonly Row[], sequenceLength: number): Batch {
  const size = rows.length * sequenceLength;
  const batch = {
    inputIds: new BigInt64Array(size),
    targets: new BigInt64Array(size),
    lossWeights: new Float32Array(size),
    segmentIds: new BigInt64Array(size),
    positions: new BigInt64Array(size),
    tokens: 0,
    examples: [...new Set(rows.flatMap((row) => row.flatMap(({ index }) => index ?? [])))].sort(
      (a, b) => a - b,
    ),
  };
  rows.forEach((row, rowIndex) => {
    let at = rowIndex * sequenceLength;
    row.forEach((piece, segment) => {
      piece.ids.forEach((id, position) => {
        batch.inputIds[at] = BigInt(id);
        batch.targets[at] = BigInt(piece.targets[position]!);
        batch.lossWeights[at] = piece.lossWeights[position]!;
        batch.segmentIds[at] = BigInt(segment + 1);
        batch.positions[at] = BigInt(position);
        at += 1;
      });
      batch.tokens += piece.ids.length;
    });
  });
  return batch;
}
