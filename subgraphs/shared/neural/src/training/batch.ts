import { NeuralError } from '../errors.ts';

/**
 * One step's data: `batchSize` rows of `sequenceLength` tokens, row major, several examples packed into a row.
 *
 *   inputIds    q q q a a | q q a a a | - -      segmentIds  1 1 1 1 1 2 2 2 2 2 0 0
 *   targets     q q a a $ | q a a a $ | - -      positions   0 1 2 3 4 0 1 2 3 4 0 0
 *   lossWeights . . 1 1 1 | . 1 1 1 1 | 0 0      ( . = the prompt's weight, - = padding, $ = end )
 *
 * A token attends to its own segment only; targets are the next token of the same segment.
 */
export interface Batch {
  readonly inputIds: BigInt64Array;
  readonly targets: BigInt64Array;
  readonly lossWeights: Float32Array;
  readonly segmentIds: BigInt64Array;
  readonly positions: BigInt64Array;
  /** Positions that carry a real token, for throughput. */
  readonly tokens: number;
  /** Which examples it holds, by their places in what it was made from: for whoever must say what a fault happened on. */
  readonly examples?: readonly number[];
}

/** ONNX Runtime would report a wrong length or token as an unreadable shape error, or read outside a table. */
export function checkBatch(
  batch: Batch,
  shape: {
    readonly batchSize: number;
    readonly sequenceLength: number;
    readonly vocabularySize: number;
    readonly maxPositions: number;
    readonly longestSegment?: number | undefined;
  },
): void {
  const expected = shape.batchSize * shape.sequenceLength;
  for (const name of ['inputIds', 'targets', 'lossWeights', 'segmentIds', 'positions'] as const) {
    if (batch[name].length !== expected) {
      throw new NeuralError(
        'EXAMPLE_INVALID',
        `batch.${name} has ${batch[name].length} elements, expected ${expected}`,
      );
    }
  }
  checkRange(batch.inputIds, 'inputIds', shape.vocabularySize);
  checkRange(batch.targets, 'targets', shape.vocabularySize);
  // Positions count from 0 in each segment: a longer segment has one that is refused.
  checkRange(
    batch.positions,
    'positions',
    Math.min(shape.maxPositions, shape.longestSegment ?? shape.maxPositions),
  );
}

function checkRange(values: BigInt64Array, name: string, bound: number): void {
  const limit = BigInt(bound);
  const at = values.findIndex((value) => value < 0n || value >= limit);
  if (at >= 0)
    throw new NeuralError(
      'EXAMPLE_INVALID',
      `batch.${name}[${at}] is ${values[at]}, outside 0 to ${bound - 1}`,
    );
}

/** The rows in equal parts, in order: windows on the batch's own memory. */
export function cutBatch(batch: Batch, parts: number): readonly Batch[] {
  const size = batch.inputIds.length / parts;
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part * size, (part + 1) * size];
    return {
      inputIds: batch.inputIds.subarray(from, to),
      targets: batch.targets.subarray(from, to),
      lossWeights: batch.lossWeights.subarray(from, to),
      segmentIds: batch.segmentIds.subarray(from, to),
      positions: batch.positions.subarray(from, to),
      tokens: batch.tokens / parts,
    };
  });
}
