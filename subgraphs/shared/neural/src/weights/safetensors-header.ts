/**
 * The header of a safetensors file, read strictly: a file from elsewhere is untrusted input.
 *
 *   [ header length: u64 LE ][ header: JSON, space padded ][ tensor bytes, one after the other ]
 *
 * Invariant of a header that is accepted: the tensors cover the bytes after it exactly, without gap or overlap, and every
 * tensor's byte count is its shape times its element size.
 */
import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import { elementCount } from './tensor.ts';

/** The reference implementation's bound; a longer header is an attack, not a model. */
export const maxHeaderBytes = 100_000_000;
/** Integers occur in published models as buffers that no computation needs, such as BERT's `position_ids`. */
const bytesPerElement = { F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4 } as const;
type DType = keyof typeof bytesPerElement;

const entry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});
const header = z.record(z.string(), z.unknown());

/** One tensor's place, in bytes after the header. */
export interface TensorRange {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

export type Fail = (problem: string, cause?: unknown) => never;

export function failWith(source: string): Fail {
  return (problem, cause) => {
    throw new NeuralError('SAFETENSORS_CORRUPT', `${source}: ${problem}`, {
      cause,
      details: { source, problem },
    });
  };
}

/** The header's length from the first eight bytes. */
export function headerLength(bytes: Uint8Array, fileBytes: number, fail: Fail): number {
  if (bytes.byteLength < 8) fail(`${bytes.byteLength} bytes are too few for the header's length`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes))
    fail(`the header claims ${length} bytes; at most ${maxHeaderBytes} are allowed`);
  if (8 + Number(length) > fileBytes)
    fail(`the header claims ${length} bytes, the file has ${fileBytes - 8}: it is truncated`);
  return Number(length);
}

export function parseHeader(json: Uint8Array, bodyBytes: number, fail: Fail): readonly TensorRange[] {
  const parsed = header.safeParse(parseJson(json, fail));
  if (!parsed.success) return fail('the header is not a JSON object', parsed.error);
  const ranges = Object.entries(parsed.data)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => readEntry({ name, value, bodyBytes, fail }));
  checkCoverage(ranges, bodyBytes, fail);
  return ranges;
}

function parseJson(bytes: Uint8Array, fail: Fail): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return fail('the header is not valid JSON', error);
  }
}

function readEntry(options: { name: string; value: unknown; bodyBytes: number; fail: Fail }): TensorRange {
  const { name, value, bodyBytes, fail } = options;
  const parsed = entry.safeParse(value);
  if (!parsed.success)
    return fail(`tensor ${name}: ${parsed.error.issues[0]?.message ?? 'malformed entry'}`, parsed.error);
  const { dtype, shape } = parsed.data;
  const [start, end] = parsed.data.data_offsets;
  if (!isSupported(dtype))
    return fail(
      `tensor ${name}: element type ${dtype} is not one of ${Object.keys(bytesPerElement).join(', ')}`,
    );
  if (start > end) fail(`tensor ${name}: ends at ${end}, before its start ${start}`);
  if (end > bodyBytes)
    fail(`tensor ${name}: ends at byte ${end}, the file has ${bodyBytes}: it is truncated`);
  const expected = elementCount(shape) * bytesPerElement[dtype];
  if (end - start !== expected)
    fail(`tensor ${name}: ${end - start} bytes for shape [${shape}] of ${dtype}, expected ${expected}`);
  return { name, dtype, shape, start, end };
}

function isSupported(dtype: string): dtype is DType {
  return Object.hasOwn(bytesPerElement, dtype);
}

function checkCoverage(ranges: readonly TensorRange[], bodyBytes: number, fail: Fail): void {
  let covered = 0;
  for (const range of [...ranges].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (range.start < covered)
      fail(`tensor ${range.name}: overlaps the one before it at byte ${range.start}`);
    if (range.start > covered) fail(`bytes ${covered} to ${range.start} belong to no tensor`);
    covered = range.end;
  }
  if (covered !== bodyBytes) fail(`${bodyBytes - covered} bytes after the last tensor belong to none`);
}
