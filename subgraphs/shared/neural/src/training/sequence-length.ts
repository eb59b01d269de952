import { type EncodingOptions, type Example, encodeExample } from './examples.ts';

export interface SequenceLengthOptions extends Omit<EncodingOptions, 'promptWeight' | 'sequenceLength'> {
  readonly batchSize: number;
  /** What the network can take. */
  readonly maxPositions: number;
}

const multiple = 32;

/** Rows have a multiple of 32 tokens. */
export const roundedUp = (tokens: number): number => Math.ceil(tokens / multiple) * multiple;

export interface FittingLengths {
  /** Tokens a row. */
  readonly sequenceLength: number;
  /** Tokens of the longest example, or piece of one. */
  readonly longestSegment: number;
}

/**
 * Tokens a row so that one batch holds about all examples where they are few, and the longest one in any case: rows of
 * the network's whole length would repeat a small data set many times in each batch, at the full price.
 */
export function fittingLengths(examples: readonly Example[], options: SequenceLengthOptions): FittingLengths {
  const encoding = { ...options, sequenceLength: options.maxPositions, promptWeight: 0 };
  const lengths = examples.flatMap((example, index) =>
    encodeExample(example, index, encoding).map(({ ids }) => ids.length),
  );
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  return fitLengths({ total, longest }, options);
}

/** The same, where the tokens of all examples and of the longest one are known. */
export function fitLengths(
  { total, longest }: { readonly total: number; readonly longest: number },
  { batchSize, maxPositions }: Pick<SequenceLengthOptions, 'batchSize' | 'maxPositions'>,
): FittingLengths {
  const wanted = Math.max(longest, total / batchSize);
  const sequenceLength = Math.min(roundedUp(wanted), maxPositions);
  return { sequenceLength, longestSegment: Math.min(longest, sequenceLength) };
}
