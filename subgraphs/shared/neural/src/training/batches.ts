import { NeuralError } from '../errors.ts';
import { createRandom, shuffle } from '../random.ts';
import type { Batch } from './batch.ts';
import { type EncodedExample, type EncodingOptions, type Example, encodeExample } from './examples.ts';

export interface BatchesOptions extends Omit<EncodingOptions, 'promptWeight'> {
  readonly seed: number;
  readonly batchSize: number;
  /** 0.1 by default: the model learns what questions look like without spending itself on them. */
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

/** Rows still open for a short example; more of them pack tighter and cost more search. */
const openRows = 32;

/**
 * Examples to packed batches. Every epoch shuffles and packs anew, from (seed, epoch); its rows are then dealt out batch
 * by batch, the last batch topped up from the first rows. An epoch that packs looser than the first one leaves its last
 * rows out: which ones differs from epoch to epoch.
 */
export function batchesFrom(examples: readonly Example[], options: BatchesOptions): Batches {
  const { promptWeight = 0.1, batchSize, sequenceLength, seed } = options;
  const encoded = examples.flatMap((example, index) =>
    encodeExample(example, index, { ...options, promptWeight }),
  );
  if (encoded.length === 0) throw new NeuralError('EXAMPLE_INVALID', 'there are no examples');
  // An epoch's number of rows depends on its shuffle; all epochs get the count of the first, so that a step's epoch is
  // known without packing those before it.
  const rowsPerEpoch = packEpoch(0).length;
  const stepsPerEpoch = Math.ceil(rowsPerEpoch / batchSize);
  let cached: { readonly epoch: number; readonly rows: readonly Row[] } | undefined;

  function packEpoch(epoch: number): readonly Row[] {
    return packRows(shuffle([...encoded], createRandom(seed, epoch)), sequenceLength);
  }
  function rowsOf(epoch: number): readonly Row[] {
    if (cached?.epoch !== epoch) cached = { epoch, rows: packEpoch(epoch) };
    return cached.rows;
  }
  return {
    stepsPerEpoch,
    examples: encoded.length,
    tokensPerEpoch: encoded.reduce((total, { ids }) => total + ids.length, 0),
    batchAt(step) {
      const rows = rowsOf(Math.floor(step / stepsPerEpoch));
      const first = (step % stepsPerEpoch) * batchSize;
      const chosen = Array.from({ length: batchSize }, (_, at) => rows[(first + at) % rows.length]!);
      return layOut(chosen, sequenceLength);
    },
  };
}

/** First fit over the most recently opened rows. */
export function packRows(examples: readonly EncodedExample[], sequenceLength: number): readonly Row[] {
  const rows: { readonly pieces: EncodedExample[]; free: number }[] = [];
  let firstOpen = 0;
  for (const example of examples) {
    let row = rows.slice(firstOpen).find(({ free }) => free >= example.ids.length);
    if (row === undefined) {
      row = { pieces: [], free: sequenceLength };
      rows.push(row);
      firstOpen = Math.max(firstOpen, rows.length - openRows);
    }
    row.pieces.push(example);
    row.free -= example.ids.length;
  }
  return rows.map(({ pieces }) => pieces);
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
