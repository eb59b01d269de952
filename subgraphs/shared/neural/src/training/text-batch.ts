import { NeuralError } from '../errors.ts';

/**
 * One text a row, right padded:
 *
 *   inputIds    C a b c S - - -      segmentIds  1 1 1 1 1 0 0 0      ( C, S = the tokenizer's own, - = padding )
 */
export interface TextRows {
  readonly inputIds: BigInt64Array;
  readonly segmentIds: BigInt64Array;
  /** Positions that carry a token, for throughput. */
  readonly tokens: number;
  /** Which examples it holds, where that is known: their places in what was encoded, in ascending order. */
  readonly examples?: readonly number[];
}

export function layOutTexts(
  texts: readonly (readonly number[])[],
  shape: { readonly rows: number; readonly sequenceLength: number; readonly padTokenId: number },
): TextRows {
  const { rows, sequenceLength, padTokenId } = shape;
  const inputIds = new BigInt64Array(rows * sequenceLength).fill(BigInt(padTokenId));
  const segmentIds = new BigInt64Array(rows * sequenceLength);
  texts.forEach((ids, row) => {
    ids.forEach((id, at) => {
      inputIds[row * sequenceLength + at] = BigInt(id);
      segmentIds[row * sequenceLength + at] = 1n;
    });
  });
  return { inputIds, segmentIds, tokens: texts.reduce((total, ids) => total + ids.length, 0) };
}

/** The rows in equal parts, in order: windows on the batch's own memory. */
export function cutTexts(texts: TextRows, parts: number): readonly TextRows[] {
  const size = texts.inputIds.length / parts;
  return Array.from({ length: parts }, (_, part) => ({
    inputIds: texts.inputIds.subarray(part * size, (part + 1) * size),
    segmentIds: texts.segmentIds.subarray(part * size, (part + 1) * size),
    tokens: texts.tokens / parts,
  }));
}

/** Tokens of each row. */
export function rowLengths({ segmentIds }: TextRows, sequenceLength: number): readonly number[] {
  return Array.from({ length: segmentIds.length / sequenceLength }, (_, row) =>
    segmentIds
      .subarray(row * sequenceLength, (row + 1) * sequenceLength)
      .reduce((total, segment) => total + Number(segment), 0),
  );
}

/** Throws `EXAMPLE_INVALID` for rows of another shape, tokens outside the vocabulary and padding within a text. */
export function checkTextRows(
  rows: TextRows,
  shape: { readonly rows: number; readonly sequenceLength: number; readonly vocabularySize: number },
): void {
  const expected = shape.rows * shape.sequenceLength;
  for (const name of ['inputIds', 'segmentIds'] as const) checkLength(name, rows[name].length, expected);
  const limit = BigInt(shape.vocabularySize);
  const outside = rows.inputIds.findIndex((id) => id < 0n || id >= limit);
  if (outside >= 0)
    throw invalid(
      `inputIds[${outside}] is ${rows.inputIds[outside]}, outside 0 to ${shape.vocabularySize - 1}`,
    );
  const wrong = rows.segmentIds.findIndex((segment, at) => {
    const before = at % shape.sequenceLength === 0 ? 1n : rows.segmentIds[at - 1]!;
    return segment < 0n || segment > before;
  });
  if (wrong >= 0) throw invalid(`segmentIds[${wrong}] is ${rows.segmentIds[wrong]}: not 1s, then 0s`);
}

export function checkLength(name: string, length: number | undefined, expected: number): void {
  if (length !== expected) throw invalid(`${name} has ${length} elements, expected ${expected}`);
}

export function invalid(problem: string): NeuralError {
  return new NeuralError('EXAMPLE_INVALID', `batch.${problem}`);
}
